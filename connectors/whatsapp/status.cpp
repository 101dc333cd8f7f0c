// Receipts, with the correlation that our request carried (biz_opaque_callback_data) and the reason of a failure.
// Called by normalise.cpp.
#include "connectors/whatsapp/status.hpp"

#include <optional>

#include "connectors/whatsapp/calls.hpp"
#include "connectors/whatsapp/error_codes.hpp"
#include "connectors/whatsapp/notices.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

std::optional<DeliveryState> state_of(const std::string& status) {
  if (status == "sent") return DeliveryState::sent;
  if (status == "delivered") return DeliveryState::delivered;
  if (status == "read" || status == "played") return DeliveryState::read;
  if (status == "failed") return DeliveryState::failed;
  return std::nullopt;
}

/// In a group each member's receipt is an event of its own.
std::string dedupe_key_of(const value& status, const std::string& id, const std::string& state) {
  std::string recipient = text_of(status, "recipient_id");
  if (recipient.empty()) recipient = text_of(status, "recipient_user_id");
  if (const auto member_id = text_of(status, "recipient_participant_id"); !member_id.empty())
    recipient += "/" + member_id;
  return "st:" + id + ":" + state + ":" + recipient;
}

}  // namespace

void read_status(const Envelope& envelope, const value& status, const std::string& path, Reading& reading) {
  if (text_of(status, "type") == "call") return read_call_status(envelope, status, path, reading);
  const auto id = text_of(status, "id");
  const auto word = text_of(status, "status");
  if (!is_id(id)) return reading.not_understood(path, "is a status without id");
  if (word.empty() || word.size() > 64) return reading.not_understood(path, "is a status of no kind");
  const EventOrigin origin{dedupe_key_of(status, id, word), envelope.account};
  const auto at = time_of(status, "timestamp", envelope.sent_at);
  if (word == "deleted") return reading.add(MessageDeleted{origin, id, at});
  const auto state = state_of(word);
  if (!state) return read_unknown_status(origin, status, at, reading);
  DeliveryReported event{origin, id, text_of(status, "biz_opaque_callback_data"), *state, "", "", at};
  if (const auto& errors = array_of(status, "errors"); *state == DeliveryState::failed) {
    const auto reason = reason_of(errors.empty() ? GraphError{} : graph_error_from(errors.front()));
    event.reason_code = reason.code;
    event.reason_detail = reason.sentence;
  }
  reading.add(std::move(event));
}

}  // namespace inboxd::connectors::whatsapp
