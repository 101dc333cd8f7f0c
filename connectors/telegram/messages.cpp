// What every message has in common, whatever its kind.
#include "connectors/telegram/messages.hpp"

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/message_kinds.hpp"
#include "connectors/telegram/people.hpp"

namespace inboxd::connectors::telegram {
namespace {

using boost::json::value;

/// Who said it where that is not the chat itself: a member, an anonymous administrator, a linked channel.
std::optional<InboundIdentity> sender_of(const value& message, const InboundIdentity& thread, bool direct) {
  if (direct) return std::nullopt;
  const value& sender_chat = member(message, "sender_chat");
  const value& from = member(message, "from");
  // `from` is a stand-in user where a chat speaks.
  InboundIdentity sender = user_identity(sender_chat.is_object() ? sender_chat : from);
  if (sender.handle.empty() || sender.handle == thread.handle) return std::nullopt;
  return sender;
}

/// A person who shares the own card has a phone that Telegram vouches for.
void learn_phone(const value& message, MessageReceived& event) {
  const value& contact = member(message, "contact");
  const std::string owner = id_of(contact, "user_id");
  if (owner.empty() || owner != id_of(member(message, "from"), "id")) return;
  std::string phone = text_of(contact, "phone_number");
  if (phone.empty()) return;
  if (phone.front() != '+') phone.insert(0, 1, '+');
  (event.sender ? *event.sender : event.thread).phone = phone;
}

/// "/start payload" is how a deep link (t.me/bot?start=payload) arrives: https://core.telegram.org/bots/features
void read_deep_link(MessageReceived& event) {
  constexpr std::string_view command = "/start";
  const std::string_view text = event.text;
  const auto space = text.find(' ');
  if (space == std::string_view::npos || event.kind != MessageKind::text) return;
  const std::string_view word = text.substr(0, space);
  if (word != command && word.substr(0, command.size() + 1) != "/start@") return;
  const std::string payload(text.substr(space + 1));
  if (!payload.empty()) event.content.referral = Referral{"link", payload, {}, {}, {}};
}

std::string origin_name(const value& origin) {
  for (const auto* key : {"sender_user", "sender_chat", "chat"})
    if (auto name = display_name(member(origin, key)); !name.empty()) return name;
  return text_of(origin, "sender_user_name");
}

void read_reply(const value& message, const ChatAddress& chat, MessageReceived& event) {
  const value& replied = member(message, "reply_to_message");
  if (const auto id = integer_of(replied, "message_id"); id > 0) {
    const std::string replied_chat = id_of(member(replied, "chat"), "id");
    const bool here = replied_chat.empty() || replied_chat == std::to_string(chat.chat_id);
    // The first message of a forum topic stands in every message of the topic without being answered.
    const bool topic = has(replied, "forum_topic_created") && !has(message, "quote");
    if (here && !topic) event.reply_to = to_text(MessageAddress{chat, id});
  }
  event.content.quoted_text = text_of(member(message, "quote"), "text");
  if (!event.content.quoted_text.empty()) return;
  if (const value& elsewhere = member(message, "external_reply"); elsewhere.is_object()) {
    const std::string name = origin_name(member(elsewhere, "origin"));
    event.content.quoted_text = name.empty() ? "A message of another chat" : "A message of " + name;
  } else if (has(message, "reply_to_story")) {
    event.content.quoted_text = "A story";
  }
}

bool forwarded(const value& message) {
  return has(message, "forward_origin") || has(message, "forward_date") || flag_of(message, "is_automatic_forward");
}

/// A scheduled or ephemeral message has no number of its own.
std::string external_id(const value& message, const ChatAddress& chat, const UpdateScope& scope) {
  const auto id = integer_of(message, "message_id");
  return id > 0 ? to_text(MessageAddress{chat, id}) : to_text(chat) + ":u" + scope.stamp;
}

/// Of the bot, or of the company's owner writing in a business chat.
Direction direction_of(const value& message, const ChatAddress& chat, const UpdateScope& scope) {
  const std::string from = id_of(member(message, "from"), "id");
  if (!scope.own_id.empty() && from == scope.own_id) return Direction::out;
  const bool owner = !chat.business_connection.empty() && !from.empty() && from != std::to_string(chat.chat_id);
  return owner ? Direction::out : Direction::in;
}

}  // namespace

std::optional<ChatAddress> chat_of(const value& message) {
  const auto id = integer_of(member(message, "chat"), "id");
  if (id == 0) return std::nullopt;
  return ChatAddress{text_of(message, "business_connection_id"), id};
}

std::optional<MessageAddress> address_of(const value& message) {
  const auto chat = chat_of(message);
  const auto id = integer_of(message, "message_id");
  if (!chat || id <= 0) return std::nullopt;
  return MessageAddress{*chat, id};
}

Timestamp read_time(const value& object, std::string_view key) {
  constexpr std::int64_t seconds_max = 100'000'000'000;  // the year 5138
  constexpr std::int64_t ms_max = seconds_max * 1000;
  const std::int64_t number = integer_of(object, key);
  if (number <= 0 || number > ms_max) return {};
  return number > seconds_max ? from_unix_ms(number) : from_unix_seconds(number);
}

MessageReceived read_message(const value& message, const ChatAddress& chat, const UpdateScope& scope) {
  MessageReceived event;
  const value& chat_object = member(message, "chat");
  event.external_id = external_id(message, chat, scope);
  event.origin.dedupe_key = "m:" + event.external_id;
  event.direction = direction_of(message, chat, scope);
  event.thread = chat_identity(chat, chat_object, member(message, "from"));
  event.sender = sender_of(message, event.thread, private_chat(chat_object));
  enter_topic(message, chat, event.thread);
  event.created_at = read_time(message, "date");
  event.group = text_of(message, "media_group_id");
  event.content.forwarded = forwarded(message);
  read_kind(message, event);
  read_reply(message, chat, event);
  read_deep_link(event);
  learn_phone(message, event);
  return event;
}

MessageEdited read_edit(const value& message, const MessageAddress& address, const UpdateScope& scope) {
  MessageReceived whole = read_message(message, address.chat, scope);
  MessageEdited event;
  event.external_id = std::move(whole.external_id);
  event.edited_at = read_time(message, has(message, "edit_date") ? "edit_date" : "date");
  // Two edits within one second differ only by their update.
  event.origin.dedupe_key =
      "e:" + event.external_id + ':' + std::to_string(to_unix_ms(event.edited_at) / 1000) + ':' + scope.stamp;
  event.text = std::move(whole.text);
  event.html = std::move(whole.html);
  const auto& detail = whole.content.detail;
  const bool carries = std::holds_alternative<LocationContent>(detail) ||
                       std::holds_alternative<InteractiveContent>(detail) ||
                       std::holds_alternative<ContactsContent>(detail);
  if (!whole.attachments.empty())
    event.files = EditedFiles{whole.kind, Content{detail, {}, false, {}}, std::move(whole.attachments)};
  if (carries) event.content = std::move(whole.content);
  return event;
}

}  // namespace inboxd::connectors::telegram
