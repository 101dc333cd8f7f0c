// Reads User and Chat. https://core.telegram.org/bots/api#user
#include "connectors/telegram/people.hpp"

#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::telegram {

std::string display_name(const boost::json::value& user_or_chat) {
  std::string name = text_of(user_or_chat, "title");
  if (!name.empty()) return name;
  name = text_of(user_or_chat, "first_name");
  const std::string last = text_of(user_or_chat, "last_name");
  if (!name.empty() && !last.empty()) name += ' ';
  return name + last;
}

bool private_chat(const boost::json::value& chat) { return text_of(chat, "type") == "private"; }

InboundIdentity user_identity(const boost::json::value& user) {
  InboundIdentity identity;
  identity.handle = id_of(user, "id");
  identity.name = display_name(user);
  identity.username = text_of(user, "username");
  identity.language = text_of(user, "language_code");
  return identity;
}

InboundIdentity chat_identity(const ChatAddress& address, const boost::json::value& chat,
                              const boost::json::value& from) {
  const bool same_person = id_of(from, "id") == id_of(chat, "id");
  InboundIdentity identity = user_identity(same_person ? from : chat);
  identity.handle = to_text(address);
  return identity;
}

void enter_topic(const boost::json::value& message, const ChatAddress& chat, InboundIdentity& thread) {
  const auto topic = integer_of(message, "message_thread_id");
  if (topic <= 0 || !flag_of(message, "is_topic_message") || private_chat(member(message, "chat"))) return;
  thread.handle = to_text(ThreadAddress{chat, topic});
  constexpr const char* created = "forum_topic_created";
  const auto& holder = has(message, created) ? message : member(message, "reply_to_message");
  const std::string name = text_of(member(holder, created), "name");
  // Without it, no name: one that an earlier message told stays.
  thread.name = name.empty() ? std::string() : thread.name + ": " + name;
}

}  // namespace inboxd::connectors::telegram
