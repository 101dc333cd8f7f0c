// How chats and messages of Telegram are written as opaque ids: a chat is "77", a message in it "77:1", a forum topic
// "77/5", whose messages are the chat's. A chat that
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

/// Where an answer goes: a chat, or a forum topic in it.
struct ThreadAddress {
  ChatAddress chat;
  std::int64_t topic_id = 0;  // 0: the chat itself, or its General topic

  friend bool operator==(const ThreadAddress&, const ThreadAddress&) = default;
};

std::string to_text(const ChatAddress& chat);
std::string to_text(const ThreadAddress& thread);
std::string to_text(const MessageAddress& message);

std::optional<ChatAddress> parse_chat(std::string_view text);
std::optional<ThreadAddress> parse_thread(std::string_view text);
/// Nothing for ids that name no message of Telegram's, such as a pressed button.
std::optional<MessageAddress> parse_message(std::string_view text);

}  // namespace inboxd::connectors::telegram
