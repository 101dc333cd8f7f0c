// By Meta's "Mark messages as read" and "Typing indicators". Called by connector.cpp.
#include "connectors/whatsapp/receipts.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::object;

/// Best effort: a tick that comes late helps nobody.
constexpr Milliseconds receipt_timeout{10'000};

Transfer request(const Account& account, std::string label, const object& json) {
  auto transfer = graph_message(account, std::move(label), boost::json::serialize(json));
  transfer.timeout = receipt_timeout;
  transfer.repeatable = true;
  return transfer;
}

object read_object(const std::string& message_id) {
  return {{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", message_id}};
}

}  // namespace

std::optional<Transfer> read_request(const Account& account, const std::string& last_external_id) {
  if (last_external_id.empty()) return std::nullopt;
  return request(account, "mark_read", read_object(last_external_id));
}

std::optional<Transfer> typing_request(const Account& account, const std::string& last_external_id) {
  if (last_external_id.empty()) return std::nullopt;
  auto json = read_object(last_external_id);
  json["typing_indicator"] = object{{"type", "text"}};
  return request(account, "typing", json);
}

}  // namespace inboxd::connectors::whatsapp
