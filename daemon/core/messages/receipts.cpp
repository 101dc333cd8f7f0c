#include "daemon/core/messages/receipts.hpp"

#include <algorithm>

#include "daemon/core/messages/correlation.hpp"
#include "daemon/core/messages/delivery_state.hpp"
#include "daemon/core/messages/inbound_changes.hpp"
#include "daemon/core/messages/outbox_row.hpp"

namespace inboxd::core {
namespace {

std::optional<DeliveryReason> reason_of(const DeliveryReported& event) {
  if (event.reason_code.empty() && event.reason_detail.empty()) return std::nullopt;
  return DeliveryReason{event.reason_code, event.reason_detail};
}

/// The row whose send this receipt proves, when it came with our correlation, and which attempt of it.
struct CorrelatedRow {
  storage::OutboxRow row;
  int attempt = 0;
};
std::optional<CorrelatedRow> row_of(Context& context, const Inbox& inbox, const DeliveryReported& event) {
  const auto [correlation, attempt] = split_correlation(event.correlation);
  if (correlation.empty()) return std::nullopt;
  auto row = context.tables.outbox().find_by_correlation(inbox.id, correlation);
  if (!row) return std::nullopt;
  return CorrelatedRow{std::move(*row), attempt};
}

/// An echo ends the row's own search for the truth, whatever it was doing.
void close_row(Context& context, storage::OutboxRow row, DeliveryState state) {
  if (row.action != OutboxAction::send) return;
  if (row.state == DeliveryState::sent || row.state == DeliveryState::failed) return;
  row.state = state == DeliveryState::failed ? DeliveryState::failed : DeliveryState::sent;
  row.in_flight = storage::InFlight::none;
  row.owner.clear();
  row.lease_until.reset();
  row.next_try_at.reset();
  context.tables.outbox().update(row);
}

bool has(const std::vector<std::string>& external_ids, const std::string& one) {
  return std::find(external_ids.begin(), external_ids.end(), one) != external_ids.end();
}

/// Said of a part of a reply that is not whole.
bool is_of_part(const storage::OutboxRow& row, const DeliveryReported& event) {
  if (row.state == DeliveryState::sent) return false;
  const auto partial = partial_of(row);
  return (partial.more_to_come && event.state != DeliveryState::failed) || has(partial.delivered, event.external_id);
}

/// That an earlier attempt failed says nothing of the one that followed, but for a part that is not sent again.
bool is_outlived(const CorrelatedRow& correlated, const DeliveryReported& event) {
  const auto& row = correlated.row;
  return event.state == DeliveryState::failed && correlated.attempt < row.attempt &&
         !has(partial_of(row).delivered, event.external_id) && !has(parts_of(row), event.external_id);
}

/// That one part failed is what an agent has to know, whatever comes of the others.
void move_by_receipt(Context& context, Message& message, const storage::OutboxRow* row,
                     const storage::ParkedReceipt& receipt) {
  if (!message.delivery) return;
  const auto before = message.delivery->state;
  if (row == nullptr || !has_several_parts(*row, message)) {
    move_delivery(context, message, receipt.state, receipt.reason);
  } else if (receipt.state != DeliveryState::failed) {
    if (before != DeliveryState::failed) move_delivery(context, message, receipt.state, receipt.reason);
  } else if (before != DeliveryState::failed) {
    message.delivery->state = DeliveryState::failed;
    message.delivery->reason =
        DeliveryReason{"partly_sent", "A part of this reply failed" +
                                          (receipt.reason ? ": " + receipt.reason->detail : std::string())};
    announce_delivery(context, message, before);
  }
}

}  // namespace

std::int64_t announce_delivery(Context& context, Message& message, DeliveryState before) {
  ++message.version;
  context.tables.messages().update_delivery(message.id, *message.delivery, message.version);
  Changes changes;
  changes.add("delivery", enum_name(before), enum_name(message.delivery->state));
  if (before == message.delivery->state)
    changes.set("delivery",
                boost::json::array{boost::json::string(enum_name(before)), boost::json::string(enum_name(before))});
  changes.set("attempt", message.delivery->attempt);
  if (message.delivery->reason) changes.set("reason", boost::json::string(message.delivery->reason->code));
  return record(context, message, EventType::message_delivery, changes);
}

std::int64_t move_delivery(Context& context, Message& message, DeliveryState state,
                           const std::optional<DeliveryReason>& reason) {
  if (!message.delivery || !may_become(message.delivery->state, state)) return 0;
  const auto before = message.delivery->state;
  message.delivery->state = state;
  message.delivery->reason = reason;
  return announce_delivery(context, message, before);
}

void apply_parked(Context& context, Message& message, const storage::OutboxRow& row,
                  const std::vector<std::string>& external_ids) {
  for (const auto& external_id : external_ids)
    for (const auto& receipt : context.tables.messages().take_parked_receipts(message.inbox, external_id))
      move_by_receipt(context, message, &row, receipt);
}

void receive_receipt(Context& context, const Inbox& inbox, const DeliveryReported& event) {
  auto& messages = context.tables.messages();
  const auto correlated = row_of(context, inbox, event);
  if (correlated && is_outlived(*correlated, event)) return;
  auto id = messages.find_by_external(inbox.id, event.external_id);
  // Nor is it news that an earlier attempt was taken, where its id was known.
  if (id && correlated && event.state == DeliveryState::sent && correlated->attempt < correlated->row.attempt) return;
  if (!id && correlated && correlated->row.action == OutboxAction::send) {
    id = correlated->row.message;
    if (!event.external_id.empty()) {
      messages.add_external_ids(*id, {event.external_id});
      receive_parked_changes(context, inbox, event.external_id);
    }
  }
  if (!id) {
    if (!event.external_id.empty() && !correlated)
      // Parked by our own clock: a provider's odd or absent time must not end anybody's stay.
      messages.park_receipt(inbox.id, event.external_id, {event.state, reason_of(event), context.now});
    return;
  }
  const auto row = correlated ? std::optional(correlated->row) : context.tables.outbox().send_of(*id);
  const storage::ParkedReceipt receipt{event.state, reason_of(event), context.now};
  const bool of_part = row && is_of_part(*row, event);
  if (of_part && event.state != DeliveryState::failed) {
    // Counts once the reply is whole.
    if (!event.external_id.empty()) messages.park_receipt(inbox.id, event.external_id, receipt);
    return;
  }
  // Its ids came with an earlier answer of the provider's: what arrived need not be sent again. The other parts of one
  // that failed are still sent.
  if (row && !of_part && (correlated || event.state != DeliveryState::failed)) close_row(context, *row, event.state);
  auto message = messages.find(*id);
  if (message) move_by_receipt(context, *message, row ? &*row : nullptr, receipt);
}

}  // namespace inboxd::core
