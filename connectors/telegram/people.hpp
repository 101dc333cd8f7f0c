// Users and chats of Telegram as identities.
#pragma once

#include <boost/json/value.hpp>

#include "connectors/telegram/address.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::telegram {

InboundIdentity user_identity(const boost::json::value& user);

/// Where an answer goes. In a private chat that is the other person, whose details `from` tells best.
InboundIdentity chat_identity(const ChatAddress& address, const boost::json::value& chat,
                              const boost::json::value& from);

bool private_chat(const boost::json::value& chat);

/// First and last name of a user, or the title of a chat.
std::string display_name(const boost::json::value& user_or_chat);

/// A forum topic of a group is a thread of its own, named after the topic where the message tells its name. Topics of a
/// private chat stay with the person. https://core.telegram.org/bots/api#message (is_topic_message)
void enter_topic(const boost::json::value& message, const ChatAddress& chat, InboundIdentity& thread);

}  // namespace inboxd::connectors::telegram
