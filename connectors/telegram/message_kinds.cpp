// One reader per field that makes a message's kind, in the order in which they win: some kinds set an older field too.
#include "connectors/telegram/message_kinds.hpp"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/entities.hpp"
#include "connectors/telegram/media.hpp"

namespace inboxd::connectors::telegram {
namespace {

using boost::json::value;
using Reader = void (*)(const value& field, const value& message, MessageReceived& event);

void set_text(const value& message, std::string_view text_key, std::string_view entities_key, MessageReceived& event) {
  const RichText rich = read_entities(text_of(message, text_key), array_of(message, entities_key));
  event.text = rich.text;
  if (!rich.spans.empty()) event.html = to_html(rich);
}

void set_unsupported(MessageReceived& event, std::string type, std::string reason) {
  event.kind = MessageKind::unsupported;
  event.content.detail = UnsupportedContent{std::move(type), std::move(reason)};
}

void read_text(const value&, const value& message, MessageReceived& event) {
  event.kind = MessageKind::text;
  set_text(message, "text", "entities", event);
}

void read_venue(const value& venue, const value&, MessageReceived& event) {
  event.kind = MessageKind::location;
  const value& place = member(venue, "location");
  event.content.detail = LocationContent{number_of(place, "latitude"),
                                         number_of(place, "longitude"),
                                         text_of(venue, "title"),
                                         text_of(venue, "address"),
                                         std::string(),
                                         0};
}

void read_location(const value& place, const value&, MessageReceived& event) {
  event.kind = MessageKind::location;
  LocationContent location;
  location.latitude = number_of(place, "latitude");
  location.longitude = number_of(place, "longitude");
  location.live_period_seconds = integer_of(place, "live_period");
  event.content.detail = std::move(location);
}

void read_contact(const value& contact, const value&, MessageReceived& event) {
  event.kind = MessageKind::contact;
  ContactCard card;
  card.name = text_of(contact, "first_name");
  const std::string last = text_of(contact, "last_name");
  if (!last.empty()) card.name += (card.name.empty() ? "" : " ") + last;
  if (const std::string phone = text_of(contact, "phone_number"); !phone.empty()) card.phones.push_back(phone);
  event.content.detail = ContactsContent{{std::move(card)}};
}

std::vector<std::string> texts_of(const value& object, std::string_view list) {
  constexpr std::size_t options_max = 100;
  std::vector<std::string> texts;
  for (const value& element : array_of(object, list))
    if (texts.size() < options_max) texts.push_back(text_of(element, "text"));
  return texts;
}

void read_poll(const value& poll, const value&, MessageReceived& event) {
  event.kind = MessageKind::interactive;
  InteractiveContent content;
  content.form = InteractiveForm::poll;
  content.id = id_of(poll, "id");
  content.title = text_of(poll, "question");
  content.options = texts_of(poll, "options");
  event.text = content.title;
  event.content.detail = std::move(content);
}

void read_checklist(const value& checklist, const value&, MessageReceived& event) {
  event.kind = MessageKind::interactive;
  InteractiveContent content;
  content.form = InteractiveForm::list;
  content.title = text_of(checklist, "title");
  content.options = texts_of(checklist, "tasks");
  event.text = content.title;
  for (const value& task : array_of(checklist, "tasks"))
    event.text += (integer_of(task, "completion_date") > 0 ? "\n☑ " : "\n☐ ") + text_of(task, "text");
  event.content.detail = std::move(content);
}

void read_dice(const value& dice, const value&, MessageReceived& event) {
  event.kind = MessageKind::interactive;
  InteractiveContent content;
  content.form = InteractiveForm::dice;
  content.id = id_of(dice, "value");
  content.title = text_of(dice, "emoji");
  event.text = content.title + ' ' + content.id;
  event.content.detail = std::move(content);
}

void read_invoice(const value& invoice, const value&, MessageReceived& event) {
  event.kind = MessageKind::interactive;
  InteractiveContent content;
  content.form = InteractiveForm::payment;
  content.id = text_of(invoice, "start_parameter");
  content.title = text_of(invoice, "title");
  content.description = text_of(invoice, "description");
  // total_amount counts the smallest unit of the currency, whose exponent only the currency tells.
  content.fields = boost::json::serialize(invoice);
  event.text = content.title;
  event.content.detail = std::move(content);
}

void read_web_app(const value& web_app, const value&, MessageReceived& event) {
  event.kind = MessageKind::interactive;
  InteractiveContent content;
  content.form = InteractiveForm::web_app;
  content.title = text_of(web_app, "button_text");
  content.fields = text_of(web_app, "data");
  event.text = content.title;
  event.content.detail = std::move(content);
}

void read_story(const value&, const value&, MessageReceived& event) {
  set_unsupported(event, "story", "Stories can only be seen in Telegram.");
}

void read_game(const value& game, const value&, MessageReceived& event) {
  event.text = text_of(game, "title");
  set_unsupported(event, "game", "Games can only be played in Telegram.");
}

void collect_texts(const value& node, int depth, std::string& out) {
  constexpr int depth_max = 16;
  constexpr std::size_t bytes_max = std::size_t{32} * 1024;
  if (depth > depth_max || out.size() > bytes_max) return;
  if (const auto* text = node.if_string()) {
    out.append(text->data(), text->size());
  } else if (const auto* elements = node.if_array()) {
    for (const value& element : *elements) collect_texts(element, depth + 1, out);
  } else if (node.is_object()) {
    const bool block = has(node, "type") && has(node, "text") && !out.empty() && depth <= 2;
    if (block && out.back() != '\n') out += '\n';
    for (const auto* key : {"text", "caption", "title", "blocks", "items", "cells"})
      collect_texts(member(node, key), depth + 1, out);
  }
}

/// Documents of blocks: their words are kept, their layout is not.
void read_rich_message(const value& rich, const value&, MessageReceived& event) {
  collect_texts(member(rich, "blocks"), 0, event.text);
  set_unsupported(event, "rich_message", "Only the words of this formatted document are shown.");
}

struct KindField {
  std::string_view field;
  Reader read;
};

constexpr std::array kinds{
    KindField{"text", read_text},
    KindField{"venue", read_venue},
    KindField{"location", read_location},
    KindField{"contact", read_contact},
    KindField{"poll", read_poll},
    KindField{"checklist", read_checklist},
    KindField{"dice", read_dice},
    KindField{"invoice", read_invoice},
    KindField{"web_app_data", read_web_app},
    KindField{"story", read_story},
    KindField{"game", read_game},
    KindField{"rich_message", read_rich_message},
};

/// Fields that stand beside any kind; the first other one names a kind that we do not know.
constexpr std::array<std::string_view, 45> common_fields{
    "message_id",
    "message_thread_id",
    "direct_messages_topic",
    "from",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "receiver_user",
    "ephemeral_message_id",
    "date",
    "guest_query_id",
    "business_connection_id",
    "chat",
    "forward_origin",
    "forward_from",
    "forward_from_chat",
    "forward_from_message_id",
    "forward_sender_name",
    "forward_signature",
    "forward_date",
    "is_topic_message",
    "is_automatic_forward",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "reply_to_poll_option_id",
    "via_bot",
    "guest_bot_caller_user",
    "guest_bot_caller_chat",
    "edit_date",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "link_preview_options",
    "suggested_post_info",
    "effect_id",
    "reply_markup",
    "show_caption_above_media",
    "has_media_spoiler",
};

std::string unknown_kind(const value& message) {
  const auto* fields = message.if_object();
  if (fields == nullptr) return "message";
  for (const auto& field : *fields) {
    const std::string_view name(field.key().data(), field.key().size());
    if (std::find(common_fields.begin(), common_fields.end(), name) == common_fields.end()) return std::string(name);
  }
  return "empty";
}

}  // namespace

void read_kind(const value& message, MessageReceived& event) {
  for (const KindField& kind : kinds)
    if (has(message, kind.field)) return kind.read(member(message, kind.field), message, event);
  const bool known = read_media(message, event) || read_service_message(message, event);
  if (!known) set_unsupported(event, unknown_kind(message), "This kind of Telegram message is not known here.");
  if (has(message, "caption")) set_text(message, "caption", "caption_entities", event);
}

}  // namespace inboxd::connectors::telegram
