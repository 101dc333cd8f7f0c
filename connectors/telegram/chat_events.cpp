// Reads CallbackQuery, MessageReactionUpdated, ChatMemberUpdated and what concerns business accounts.
#include "connectors/telegram/chat_events.hpp"

#include <algorithm>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/people.hpp"

namespace inboxd::connectors::telegram {
namespace {

using boost::json::value;

Inbound malformed(std::string why) { return {{}, {}, std::move(why)}; }

/// The words on the button that carries `data`.
std::string button_title(const value& message, const std::string& data) {
  for (const value& row : array_of(member(message, "reply_markup"), "inline_keyboard")) {
    const auto* buttons = row.if_array();
    if (buttons == nullptr) continue;
    for (const value& button : *buttons)
      if (text_of(button, "callback_data") == data) return text_of(button, "text");
  }
  return {};
}

std::vector<std::string> emojis_of(const value& reaction) {
  constexpr std::size_t reactions_max = 32;
  std::vector<std::string> emojis;
  for (const value& one : array_of(reaction, "new_reaction")) {
    if (emojis.size() == reactions_max) break;
    const std::string type = text_of(one, "type");
    if (type == "emoji") emojis.push_back(text_of(one, "emoji"));
    if (type == "custom_emoji") emojis.push_back("custom:" + id_of(one, "custom_emoji_id"));
    if (type == "paid") emojis.emplace_back("⭐");
  }
  return emojis;
}

bool present(const value& chat_member) {
  const std::string status = text_of(chat_member, "status");
  if (status == "restricted") return flag_of(chat_member, "is_member");
  return status != "kicked" && status != "left";
}

ActivityContent membership_activity(const value& change, bool direct) {
  const bool was = present(member(change, "old_chat_member"));
  const bool is = present(member(change, "new_chat_member"));
  if (was == is) return {};
  const std::string who = display_name(member(change, "from"));
  if (direct) return {is ? "contact_unblocked" : "contact_blocked", {}};
  return {is ? "bot_added" : "bot_removed", who};
}

}  // namespace

Inbound read_callback_query(const value& query) {
  const std::string id = id_of(query, "id");
  const value& from = member(query, "from");
  const value& message = member(query, "message");
  if (id.empty() || id_of(from, "id").empty()) return malformed("callback_query has no id or no sender.");
  MessageReceived event;
  event.origin.dedupe_key = "c:" + id;
  event.external_id = "callback:" + id;
  event.kind = MessageKind::interactive;
  if (const auto chat = chat_of(message)) {
    const value& chat_object = member(message, "chat");
    event.thread = chat_identity(*chat, chat_object, from);
    if (!private_chat(chat_object)) event.sender = user_identity(from);
    enter_topic(message, *chat, event.thread);
  } else {
    event.thread = user_identity(from);  // from an inline message: the private chat with that person
  }
  if (const auto answered = address_of(message)) event.reply_to = to_text(*answered);
  InteractiveContent content;
  content.form = InteractiveForm::button;
  content.id = has(query, "data") ? text_of(query, "data") : text_of(query, "game_short_name");
  content.title = button_title(message, content.id);
  event.text = content.title.empty() ? content.id : content.title;
  event.content.detail = std::move(content);
  // Telegram gives no time of the press; it was not before the message that has the button.
  event.created_at = std::max(read_time(message, "date"), read_time(message, "edit_date"));
  return {{std::move(event)}, {{id}}, {}};
}

Inbound read_reaction(const value& reaction, const UpdateScope& scope) {
  const auto target = address_of(reaction);
  const bool by_chat = has(reaction, "actor_chat");
  ReactionChanged event;
  event.author = user_identity(member(reaction, by_chat ? "actor_chat" : "user"));
  if (!target || event.author.handle.empty()) return malformed("message_reaction names no message or no person.");
  event.external_id = to_text(*target);
  event.emojis = emojis_of(reaction);
  event.at = read_time(reaction, "date");
  event.origin.dedupe_key = "r:" + event.external_id + ':' + event.author.handle + ':' +
                            std::to_string(to_unix_ms(event.at) / 1000) + ':' + scope.stamp;
  return {{std::move(event)}, {}, {}};
}

Inbound read_membership(const value& change, const UpdateScope& scope) {
  const auto chat = chat_of(change);
  if (!chat || !has(change, "new_chat_member")) return malformed("my_chat_member names no chat or no member.");
  const value& chat_object = member(change, "chat");
  IdentityChanged event;
  event.identity = chat_identity(*chat, chat_object, member(change, "from"));
  event.reachable = present(member(change, "new_chat_member"));
  event.activity = membership_activity(change, private_chat(chat_object));
  event.at = read_time(change, "date");
  event.origin.dedupe_key =
      "s:" + to_text(*chat) + ':' + std::to_string(to_unix_ms(event.at) / 1000) + ':' + scope.stamp;
  return {{std::move(event)}, {}, {}};
}

Inbound read_business_deletion(const value& deletion, const UpdateScope& scope) {
  const auto chat = chat_of(deletion);
  if (!chat) return malformed("deleted_business_messages names no chat.");
  Inbound inbound;
  for (const value& id : array_of(deletion, "message_ids")) {
    const auto* number = id.if_int64();
    if (number == nullptr) continue;
    MessageDeleted event;
    event.external_id = to_text(MessageAddress{*chat, *number});
    event.origin.dedupe_key = "d:" + event.external_id + ':' + scope.stamp;
    inbound.events.emplace_back(std::move(event));
  }
  if (inbound.events.empty()) inbound.malformed = "deleted_business_messages names no message.";
  return inbound;
}

Inbound read_business_connection(const value& connection, const UpdateScope& scope) {
  AccountNotice event;
  const bool enabled = flag_of(connection, "is_enabled");
  event.subject = enabled ? "business_connected" : "business_disconnected";
  event.detail = display_name(member(connection, "user")) +
                 (enabled ? " lets this bot answer for the business account."
                          : " no longer lets this bot answer for the business account: reconnect it in Telegram.");
  event.needs_person = !enabled;
  event.at = read_time(connection, "date");
  event.origin.dedupe_key = "b:" + id_of(connection, "id") + ':' + scope.stamp;
  return {{std::move(event)}, {}, {}};
}

}  // namespace inboxd::connectors::telegram
