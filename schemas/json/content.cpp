// One writer and one reader per kind of content. Empty fields are left out; `type` names the kind and is absent where
// only what every kind may have (referral, forwarded, quoted_text) is there.
#include "schemas/json/content.hpp"

#include <cmath>

#include <boost/json/parse.hpp>

#include "schemas/json/fields.hpp"
#include "schemas/json/reader.hpp"

namespace inboxd {
namespace {

using boost::json::value;
using json_fields::put;
using json_fields::put_flag;
using json_reader::elements;
using json_reader::field;
using json_reader::flag;
using json_reader::integer;
using json_reader::text;
using json_reader::texts;

/// Nine decimals of a degree are a tenth of a millimetre. Rounding also undoes the last digit that Boost.JSON's number
/// parser may lose, so that what is read and written again stays the same.
double coordinate(double degrees) { return std::round(degrees * 1e9) / 1e9; }

void write_detail(JsonWriter&, const std::monostate&) {}

void write_detail(JsonWriter& writer, const LocationContent& location) {
  put(writer, "type", "location");
  writer.key("latitude");
  writer.number(coordinate(location.latitude));
  writer.key("longitude");
  writer.number(coordinate(location.longitude));
  put(writer, "name", location.name);
  put(writer, "address", location.address);
  put(writer, "url", location.url);
  put(writer, "live_period_seconds", location.live_period_seconds);
}

LocationContent read_location(const value& json) {
  return {coordinate(json_reader::number(json, "latitude")),
          coordinate(json_reader::number(json, "longitude")),
          text(json, "name"),
          text(json, "address"),
          text(json, "url"),
          integer(json, "live_period_seconds")};
}

void write_detail(JsonWriter& writer, const ContactsContent& cards) {
  put(writer, "type", "contacts");
  writer.key("contacts");
  writer.begin_array();
  for (const auto& card : cards.contacts) {
    writer.begin_object();
    put(writer, "name", card.name);
    put(writer, "phones", card.phones);
    put(writer, "emails", card.emails);
    put(writer, "organisation", card.organisation);
    writer.end_object();
  }
  writer.end_array();
}

ContactsContent read_contacts(const value& json) {
  ContactsContent cards;
  for (const auto& card : elements(json, "contacts"))
    cards.contacts.push_back(
        {text(card, "name"), texts(card, "phones"), texts(card, "emails"), text(card, "organisation")});
  return cards;
}

void write_items(JsonWriter& writer, const std::vector<OrderItem>& items) {
  if (items.empty()) return;
  writer.key("items");
  writer.begin_array();
  for (const auto& item : items) {
    writer.begin_object();
    put(writer, "product", item.product);
    put(writer, "quantity", item.quantity);
    put(writer, "unit_price", item.unit_price);
    put(writer, "currency", item.currency);
    writer.end_object();
  }
  writer.end_array();
}

void write_detail(JsonWriter& writer, const InteractiveContent& interactive) {
  put(writer, "type", "interactive");
  put(writer, "form", enum_name(interactive.form));
  put(writer, "id", interactive.id);
  put(writer, "title", interactive.title);
  put(writer, "description", interactive.description);
  put(writer, "fields", interactive.fields);
  put(writer, "options", interactive.options);
  write_items(writer, interactive.items);
}

InteractiveContent read_interactive(const value& json) {
  InteractiveContent interactive{parse_enum<InteractiveForm>(text(json, "form")).value_or(InteractiveForm::button),
                                 text(json, "id"),
                                 text(json, "title"),
                                 text(json, "description"),
                                 text(json, "fields"),
                                 texts(json, "options"),
                                 {}};
  for (const auto& item : elements(json, "items"))
    interactive.items.push_back(
        {text(item, "product"), integer(item, "quantity"), text(item, "unit_price"), text(item, "currency")});
  return interactive;
}

void write_detail(JsonWriter& writer, const CallContent& call) {
  put(writer, "type", "call");
  put(writer, "direction", call.direction);
  put(writer, "outcome", call.outcome);
  put(writer, "duration_seconds", call.duration_seconds);
}

void write_detail(JsonWriter& writer, const StickerContent& sticker) {
  put(writer, "type", "sticker");
  put(writer, "emoji", sticker.emoji);
  put_flag(writer, "animated", sticker.animated);
}

void write_detail(JsonWriter& writer, const MediaContent& media) {
  put(writer, "type", "media");
  put_flag(writer, "voice", media.voice);
  put_flag(writer, "animation", media.animation);
  put_flag(writer, "round", media.round);
  put(writer, "duration_seconds", media.duration_seconds);
}

void write_detail(JsonWriter& writer, const UnsupportedContent& unsupported) {
  put(writer, "type", "unsupported");
  put(writer, "unsupported_type", unsupported.type);
  put(writer, "reason", unsupported.reason);
}

void write_detail(JsonWriter& writer, const ActivityContent& activity) {
  put(writer, "type", "activity");
  put(writer, "action", activity.action);
  put(writer, "detail", activity.detail);
}

void write_detail(JsonWriter& writer, const TemplateContent& message_template) {
  put(writer, "type", "template");
  put(writer, "name", message_template.name);
  put(writer, "language", message_template.language);
}

void write_address_fields(JsonWriter& writer, const MailAddress& address) {
  writer.begin_object();
  put(writer, "address", address.address);
  put(writer, "name", address.name);
  writer.end_object();
}

void write_addresses(JsonWriter& writer, std::string_view key, const std::vector<MailAddress>& addresses) {
  if (addresses.empty()) return;
  writer.key(key);
  writer.begin_array();
  for (const auto& address : addresses) write_address_fields(writer, address);
  writer.end_array();
}

void write_detail(JsonWriter& writer, const EmailContent& email) {
  put(writer, "type", "email");
  put(writer, "subject", email.subject);
  writer.key("from");
  write_address_fields(writer, email.from);
  write_addresses(writer, "to", email.to);
  write_addresses(writer, "cc", email.cc);
  write_addresses(writer, "bcc", email.bcc);
  write_addresses(writer, "reply_to", email.reply_to);
  put(writer, "spf", email.spf);
  put(writer, "dkim", email.dkim);
  put(writer, "dmarc", email.dmarc);
  put(writer, "automation", email.automation);
  put(writer, "signature", email.signature);
  put(writer, "notes", email.notes);
}

MailAddress read_address(const value& json) { return {text(json, "address"), text(json, "name")}; }

std::vector<MailAddress> read_addresses(const value& json, std::string_view key) {
  std::vector<MailAddress> addresses;
  for (const auto& address : elements(json, key)) addresses.push_back(read_address(address));
  return addresses;
}

EmailContent read_email(const value& json) {
  EmailContent email;
  email.subject = text(json, "subject");
  email.from = read_address(field(json, "from"));
  email.to = read_addresses(json, "to");
  email.cc = read_addresses(json, "cc");
  email.bcc = read_addresses(json, "bcc");
  email.reply_to = read_addresses(json, "reply_to");
  email.spf = text(json, "spf");
  email.dkim = text(json, "dkim");
  email.dmarc = text(json, "dmarc");
  email.automation = text(json, "automation");
  email.signature = text(json, "signature");
  email.notes = texts(json, "notes");
  return email;
}

ContentDetail read_detail(const value& json) {
  const std::string type = text(json, "type");
  if (type == "location") return read_location(json);
  if (type == "contacts") return read_contacts(json);
  if (type == "interactive") return read_interactive(json);
  if (type == "call")
    return CallContent{text(json, "direction"), text(json, "outcome"), integer(json, "duration_seconds")};
  if (type == "sticker") return StickerContent{text(json, "emoji"), flag(json, "animated")};
  if (type == "media")
    return MediaContent{flag(json, "voice"), flag(json, "animation"), flag(json, "round"),
                        integer(json, "duration_seconds")};
  if (type == "unsupported") return UnsupportedContent{text(json, "unsupported_type"), text(json, "reason")};
  if (type == "activity") return ActivityContent{text(json, "action"), text(json, "detail")};
  if (type == "email") return read_email(json);
  if (type == "template") return TemplateContent{text(json, "name"), text(json, "language")};
  return std::monostate{};
}

void write_referral(JsonWriter& writer, const Referral& referral) {
  writer.key("referral");
  writer.begin_object();
  put(writer, "source", referral.source);
  put(writer, "id", referral.id);
  put(writer, "url", referral.url);
  put(writer, "headline", referral.headline);
  put(writer, "body", referral.body);
  writer.end_object();
}

}  // namespace

void write_json(JsonWriter& writer, const Content& content) {
  if (content.empty()) return writer.null();
  writer.begin_object();
  std::visit([&](const auto& detail) { write_detail(writer, detail); }, content.detail);
  if (content.referral) write_referral(writer, *content.referral);
  put_flag(writer, "forwarded", content.forwarded);
  put(writer, "quoted_text", content.quoted_text);
  put(writer, "placed_by", content.placed_by);
  writer.end_object();
}

boost::json::value content_to_json(const Content& content) {
  const std::string written = content_to_text(content);
  return written.empty() ? boost::json::value() : boost::json::parse(written);
}

Content content_from_json(const boost::json::value& json) {
  Content content;
  content.detail = read_detail(json);
  if (const auto& referral = field(json, "referral"); referral.is_object())
    content.referral = Referral{text(referral, "source"), text(referral, "id"), text(referral, "url"),
                                text(referral, "headline"), text(referral, "body")};
  content.forwarded = flag(json, "forwarded");
  content.quoted_text = text(json, "quoted_text");
  content.placed_by = text(json, "placed_by");
  return content;
}

std::string content_to_text(const Content& content) {
  if (content.empty()) return {};
  std::string written;
  JsonWriter writer(written);
  write_json(writer, content);
  return written;
}

Content content_from_text(std::string_view written) {
  const auto json = json_reader::parse(written);
  return json ? content_from_json(*json) : Content{};
}

}  // namespace inboxd
