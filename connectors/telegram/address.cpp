// Writes and reads the ids of address.hpp.
#include "connectors/telegram/address.hpp"

#include <charconv>

namespace inboxd::connectors::telegram {
namespace {

std::optional<std::int64_t> parse_number(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

std::string to_text(const ChatAddress& chat) {
  const std::string id = std::to_string(chat.chat_id);
  return chat.business_connection.empty() ? id : "b:" + chat.business_connection + ':' + id;
}

std::string to_text(const MessageAddress& message) {
  return to_text(message.chat) + ':' + std::to_string(message.message_id);
}

std::string to_text(const ThreadAddress& thread) {
  const std::string chat = to_text(thread.chat);
  return thread.topic_id == 0 ? chat : chat + '/' + std::to_string(thread.topic_id);
}

std::optional<ThreadAddress> parse_thread(std::string_view text) {
  ThreadAddress thread;
  if (const auto slash = text.rfind('/'); slash != std::string_view::npos) {
    const auto topic = parse_number(text.substr(slash + 1));
    if (!topic || *topic < 0) return std::nullopt;
    thread.topic_id = *topic;
    text = text.substr(0, slash);
  }
  const auto chat = parse_chat(text);
  if (!chat) return std::nullopt;
  thread.chat = *chat;
  return thread;
}

std::optional<ChatAddress> parse_chat(std::string_view text) {
  ChatAddress chat;
  if (text.substr(0, 2) == "b:") {
    const auto colon = text.rfind(':');
    if (colon <= 2) return std::nullopt;
    chat.business_connection = text.substr(2, colon - 2);
    text.remove_prefix(colon + 1);
  }
  const auto id = parse_number(text);
  if (!id) return std::nullopt;
  chat.chat_id = *id;
  return chat;
}

std::optional<MessageAddress> parse_message(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto chat = parse_chat(text.substr(0, colon));
  const auto id = parse_number(text.substr(colon + 1));
  if (!chat || !id) return std::nullopt;
  return MessageAddress{*chat, *id};
}

}  // namespace inboxd::connectors::telegram
