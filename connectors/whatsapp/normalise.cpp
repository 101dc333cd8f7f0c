// Walks object → entry[] → changes[] and hands each part to its subject. Called by connector.cpp.
#include "connectors/whatsapp/normalise.hpp"

#include "connectors/sdk/json_access.hpp"
#include "connectors/whatsapp/calls.hpp"
#include "connectors/whatsapp/message.hpp"
#include "connectors/whatsapp/notices.hpp"
#include "connectors/whatsapp/reading.hpp"
#include "connectors/whatsapp/status.hpp"
#include "connectors/whatsapp/user_id_update.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

std::string indexed(const std::string& path, std::string_view key, std::size_t index) {
  return path + (path.empty() ? "" : ".") + std::string(key) + "[" + std::to_string(index) + "]";
}

/// Calls `read(element, path)` for each object of the array `key`; says so where something else stands there.
template <class Read>
void each_object(const value& parent, std::string_view key, const std::string& path, Reading& reading, Read read) {
  if (has(parent, key) && !member(parent, key).is_array()) {
    reading.not_understood(path + "." + std::string(key), "is not an array");
    return;
  }
  std::size_t index = 0;
  for (const auto& element : array_of(parent, key)) {
    const auto element_path = indexed(path, key, index++);
    if (element.is_object())
      read(element, element_path);
    else
      reading.not_understood(element_path, "is not an object");
  }
}

void read_messages(const Envelope& envelope, Reading& reading) {
  each_object(envelope.value, "messages", envelope.path, reading, [&](const value& message, const std::string& path) {
    read_message(envelope, message, Direction::in, path, reading);
  });
  each_object(envelope.value, "message_echoes", envelope.path, reading,
              [&](const value& message, const std::string& path) {
                read_message(envelope, message, Direction::out, path, reading);
              });
}

void read_value(const Envelope& envelope, Reading& reading) {
  constexpr std::string_view known[] = {"messages", "message_echoes", "statuses", "calls", "errors"};
  bool any = false;
  for (const auto key : known) any = any || has(envelope.value, key);
  if (!any) {
    reading.not_understood(envelope.path, "holds no messages, statuses, calls or errors");
    return;
  }
  read_messages(envelope, reading);
  each_object(envelope.value, "statuses", envelope.path, reading,
              [&](const value& status, const std::string& path) { read_status(envelope, status, path, reading); });
  each_object(envelope.value, "calls", envelope.path, reading,
              [&](const value& call, const std::string& path) { read_call(envelope, call, path, reading); });
  each_object(envelope.value, "errors", envelope.path, reading,
              [&](const value& error, const std::string&) { read_account_error(envelope, error, reading); });
}

void read_change(const value& entry, const value& change, const std::string& path, Reading& reading) {
  const auto field = text_of(change, "field");
  const auto& content = member(change, "value");
  if (field.empty() || !content.is_object()) {
    reading.not_understood(path, field.empty() ? "has no field" : "has no value object");
    return;
  }
  const Envelope envelope{content, id_of(member(content, "metadata"), "phone_number_id"),
                          time_of(entry, "time", Timestamp{}), path + ".value"};
  if (field == "messages" || field == "smb_message_echoes" || field == "calls")
    read_value(envelope, reading);
  else if (field == "user_id_update" && has(content, "user_id_update"))
    each_object(content, "user_id_update", envelope.path, reading, [&](const value& update, const std::string& at) {
      read_user_id_update(envelope, update, at, reading);
    });
  else
    read_notice(envelope, field, text_of(entry, "id"), reading);
}

}  // namespace

Inbound normalise_webhook(std::string_view body) {
  Reading reading;
  const auto json = parse_json(body);
  if (!json || !json->is_object()) {
    reading.not_understood("body", json ? "is not a JSON object" : "is not JSON");
    return std::move(reading).finish();
  }
  if (text_of(*json, "object") != "whatsapp_business_account") {
    reading.not_understood("object", "is not whatsapp_business_account");
    return std::move(reading).finish();
  }
  if (!member(*json, "entry").is_array()) reading.not_understood("entry", "is not an array");
  std::size_t entries = 0;
  for (const auto& entry : array_of(*json, "entry")) {
    const auto path = indexed("", "entry", entries++);
    if (!member(entry, "changes").is_array())
      reading.not_understood(path, "has no changes");
    else
      each_object(entry, "changes", path, reading,
                  [&](const value& change, const std::string& at) { read_change(entry, change, at, reading); });
  }
  return std::move(reading).finish();
}

}  // namespace inboxd::connectors::whatsapp
