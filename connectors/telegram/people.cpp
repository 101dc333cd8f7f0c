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

}  // namespace inboxd::connectors::telegram
