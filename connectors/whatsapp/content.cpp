// Text, place, contact cards, and what WhatsApp itself calls unsupported; other families stand in content_media.cpp and
// content_interactive.cpp. Called by message.cpp.
#include "connectors/whatsapp/content.hpp"

#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

/// A message may carry hundreds of cards; beyond this an agent reads none of them.
constexpr std::size_t cards_max = 100;
constexpr std::size_t lines_of_card_max = 20;

MessageBody text_body(const value& text) {
  MessageBody body;
  body.kind = MessageKind::text;
  body.text = text_of(text, "body");
  return body;
}

MessageBody location_body(const value& location) {
  if (!has(location, "latitude") || !has(location, "longitude"))
    return unsupported_body("location", "WhatsApp gave no coordinates.");
  MessageBody body;
  body.kind = MessageKind::location;
  LocationContent place;
  place.latitude = number_of(location, "latitude");
  place.longitude = number_of(location, "longitude");
  place.name = text_of(location, "name");
  place.address = text_of(location, "address");
  place.url = text_of(location, "url");
  body.content.detail = std::move(place);
  return body;
}

std::string name_on_card(const value& contact) {
  const auto& name = member(contact, "name");
  if (auto formatted = text_of(name, "formatted_name"); !formatted.empty()) return formatted;
  const auto first = text_of(name, "first_name");
  const auto last = text_of(name, "last_name");
  return first + (first.empty() || last.empty() ? "" : " ") + last;
}

ContactCard card_of(const value& contact) {
  ContactCard card;
  card.name = name_on_card(contact);
  for (const auto& phone : array_of(contact, "phones")) {
    auto number = text_of(phone, "phone");
    if (number.empty() && has(phone, "wa_id")) number = "+" + text_of(phone, "wa_id");
    if (!number.empty() && card.phones.size() < lines_of_card_max) card.phones.push_back(std::move(number));
  }
  for (const auto& email : array_of(contact, "emails")) {
    auto address = text_of(email, "email");
    if (!address.empty() && card.emails.size() < lines_of_card_max) card.emails.push_back(std::move(address));
  }
  card.organisation = text_of(member(contact, "org"), "company");
  return card;
}

MessageBody contacts_body(const value& message) {
  MessageBody body;
  body.kind = MessageKind::contact;
  ContactsContent cards;
  for (const auto& contact : array_of(message, "contacts"))
    if (cards.contacts.size() < cards_max) cards.contacts.push_back(card_of(contact));
  body.content.detail = std::move(cards);
  return body;
}

/// Opened chat, nothing written yet: the customer waits for our greeting.
MessageBody welcome_body() {
  MessageBody body;
  body.kind = MessageKind::activity;
  body.content.detail = ActivityContent{"chat_opened", "The customer opened the chat for the first time."};
  return body;
}

MessageBody declared_unsupported(const value& message) {
  const auto& errors = array_of(message, "errors");
  std::string reason = "WhatsApp does not pass this kind of message on to programs.";
  if (!errors.empty()) {
    const auto details = text_of(member(errors.front(), "error_data"), "details");
    const auto title = text_of(errors.front(), "title");
    if (!details.empty() || !title.empty()) reason += " It says: " + (details.empty() ? title : details);
  }
  const auto type = text_of(member(message, "unsupported"), "type");
  return unsupported_body(type.empty() ? "unsupported" : type, reason);
}

}  // namespace

MessageBody unsupported_body(const std::string& type, const std::string& reason) {
  MessageBody body;
  body.content.detail = UnsupportedContent{type, reason};
  return body;
}

MessageBody body_of(const value& message, const std::string& type) {
  const auto& object = member(message, type);
  if (type == "text") return text_body(object);
  if (type == "image" || type == "video" || type == "document" || type == "audio" || type == "voice" ||
      type == "sticker")
    return media_body(object, type);
  if (type == "location") return location_body(object);
  if (type == "contacts") return contacts_body(message);
  if (type == "interactive") return interactive_body(object);
  if (type == "button") return button_body(object);
  if (type == "order") return order_body(object);
  if (type == "request_welcome") return welcome_body();
  if (type == "unsupported") return declared_unsupported(message);
  return unsupported_body(type, "This kind of WhatsApp message is not known here; the original is kept.");
}

}  // namespace inboxd::connectors::whatsapp
