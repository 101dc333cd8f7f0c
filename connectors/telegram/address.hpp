// How chats and messages of Telegram are written as opaque ids: a chat is "77", a message in it "77:1". A chat that
// the bot serves for a business account is "b:CONNECTION:77", since the bot may have a chat 77 of its own too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inboxd::connectors::telegram {

struct ChatAddress {
  std::string business_connection;  // empty: the bot's own chat
  std::int64_t chat_id = 0;

  friend bool operator==(const ChatAddress&, const ChatAddress&) = default;
};

struct MessageAddress {
  ChatAddress chat;
  std::int64_t message_id = 0;

  friend bool operator==(const MessageAddress&, const MessageAddress&) = default;
};

std::string to_text(const ChatAddress& chat);
std::string to_text(const MessageAddress& message);

std::optional<ChatAddress> parse_chat(std::string_view text);
/// Nothing for ids that name no message of Telegram's, such as a pressed button.
std::optional<MessageAddress> parse_message(std::string_view text);

}  // namespace inboxd::connectors::telegram
