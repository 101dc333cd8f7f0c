// Sorts messages from reactions, edits, revocations and system events, and puts thread, sender, quotation and referral
// around a message's content (content.hpp). Called by normalise.cpp.
#include "connectors/whatsapp/message.hpp"

#include "connectors/whatsapp/content.hpp"
#include "connectors/whatsapp/identity.hpp"
#include "connectors/whatsapp/system_message.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

struct MessageObject {
  const value& json;
  std::string id;
  std::string type;
  Direction direction;
  InboundIdentity person;  // the customer, on either side
  Timestamp at;
};

PersonIds customer_ids(const value& message, Direction direction) {
  if (direction == Direction::out)
    return {text_of(message, "to"), text_of(message, "to_user_id"), text_of(message, "to_parent_user_id")};
  return {text_of(message, "from"), text_of(message, "from_user_id"), text_of(message, "from_parent_user_id")};
}

std::optional<Referral> referral_of(const value& message) {
  if (const auto& ad = member(message, "referral"); ad.is_object())
    return Referral{text_of(ad, "source_type") == "ad" ? "advertisement" : "link", text_of(ad, "source_id"),
                    text_of(ad, "source_url"), text_of(ad, "headline"), text_of(ad, "body")};
  if (const auto& product = member(member(message, "context"), "referred_product"); product.is_object())
    return Referral{"product", id_of(product, "product_retailer_id"), "", "",
                    "Catalogue " + id_of(product, "catalog_id")};
  return std::nullopt;
}

void add_content(const Envelope& envelope, const MessageObject& message, Reading& reading) {
  auto body = body_of(message.json, message.type);
  MessageReceived event;
  event.origin = {"m:" + message.id, envelope.account};
  event.direction = message.direction;
  event.external_id = message.id;
  event.thread = message.person;
  if (const auto group = text_of(message.json, "group_id"); is_id(group)) {
    event.thread = InboundIdentity{};
    event.thread.handle = group;
    if (message.direction == Direction::in) event.sender = message.person;
  }
  event.kind = body.kind;
  event.text = std::move(body.text);
  event.content = std::move(body.content);
  event.attachments = std::move(body.attachments);
  const auto& context = member(message.json, "context");
  event.content.forwarded = flag_of(context, "forwarded") || flag_of(context, "frequently_forwarded");
  event.content.referral = referral_of(message.json);
  event.reply_to = text_of(context, "id");
  event.created_at = message.at;
  event.opens_reply_window = message.direction == Direction::in;
  reading.add(std::move(event));
}

void add_reaction(const Envelope& envelope, const MessageObject& message, const std::string& path, Reading& reading) {
  const auto& reaction = member(message.json, "reaction");
  const auto target = text_of(reaction, "message_id");
  if (!is_id(target)) return reading.not_understood(path, "is a reaction without message_id");
  ReactionChanged event;
  event.origin = {"r:" + message.id, envelope.account};
  event.external_id = target;
  event.author = message.person;
  if (message.direction == Direction::out) {
    if (envelope.account.empty())
      return reading.not_understood(path, "is our own reaction, and names no phone_number_id");
    event.author = InboundIdentity{};
    event.author.handle = envelope.account;
    event.author.name = "WhatsApp Business app";
  }
  // Taken back: the emoji is empty or missing.
  if (auto emoji = text_of(reaction, "emoji"); !emoji.empty()) event.emojis.push_back(std::move(emoji));
  event.at = message.at;
  reading.add(std::move(event));
}

void add_edit(const Envelope& envelope, const MessageObject& message, const std::string& path, Reading& reading) {
  const auto& edit = member(message.json, "edit");
  const auto target = text_of(edit, "original_message_id");
  if (!is_id(target)) return reading.not_understood(path, "is an edit without original_message_id");
  const auto& edited = member(edit, "message");
  auto body = body_of(edited, text_of(edited, "type"));
  if (body.kind == MessageKind::unsupported) return reading.not_understood(path, "is an edit of an unknown kind");
  reading.add(
      MessageEdited{{"e:" + message.id, envelope.account}, target, std::move(body.text), "", std::nullopt, message.at});
}

void add_revocation(const Envelope& envelope, const MessageObject& message, const std::string& path, Reading& reading) {
  const auto target = text_of(member(message.json, "revoke"), "original_message_id");
  if (!is_id(target)) return reading.not_understood(path, "is a revocation without original_message_id");
  reading.add(MessageDeleted{{"d:" + message.id, envelope.account}, target, message.at});
}

}  // namespace

void read_message(const Envelope& envelope, const value& message, Direction direction, const std::string& path,
                  Reading& reading) {
  const auto id = text_of(message, "id");
  const auto type = text_of(message, "type");
  if (!is_id(id)) return reading.not_understood(path, "has no id");
  if (type.empty() || type.size() > id_bytes_max) return reading.not_understood(path, "has no type");
  const auto at = time_of(message, "timestamp", envelope.sent_at);
  if (type == "system") return read_system_message(envelope, message, at, path, reading);
  // One contact beside one message is its sender even where the number is written in another form.
  const bool sole =
      array_of(envelope.value, "messages").size() + array_of(envelope.value, "message_echoes").size() == 1;
  const auto match = sole ? ContactMatch::sole : ContactMatch::by_id;
  const MessageObject object{
      message, id, type, direction, identity_of(customer_ids(message, direction), envelope.value, match), at};
  if (type == "edit") return add_edit(envelope, object, path, reading);
  if (type == "revoke") return add_revocation(envelope, object, path, reading);
  const bool in_group = is_id(text_of(message, "group_id"));
  if (!is_id(object.person.handle) && !(in_group && direction == Direction::out))
    return reading.not_understood(path, "names nobody: no from, no user id, no contact");
  if (type == "reaction") return add_reaction(envelope, object, path, reading);
  add_content(envelope, object, reading);
}

}  // namespace inboxd::connectors::whatsapp
