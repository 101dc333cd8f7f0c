// Message objects, new and edited, to events. Called by updates.cpp; what a kind carries is in message_kinds.cpp,
// service messages in service_messages.cpp. https://core.telegram.org/bots/api#message
#pragma once

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "connectors/telegram/address.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::telegram {

/// The update around a message. `stamp` tells its updates apart: an edit has no id of its own.
struct UpdateScope {
  std::string stamp;
  std::string own_id;
};

/// Nothing where the object names no chat.
std::optional<ChatAddress> chat_of(const boost::json::value& message);
std::optional<MessageAddress> address_of(const boost::json::value& message);

/// Telegram's unix seconds; some servers of the same API send milliseconds.
Timestamp read_time(const boost::json::value& object, std::string_view key);

MessageReceived read_message(const boost::json::value& message, const ChatAddress& chat, const UpdateScope& scope);
MessageEdited read_edit(const boost::json::value& message, const MessageAddress& address, const UpdateScope& scope);

}  // namespace inboxd::connectors::telegram
