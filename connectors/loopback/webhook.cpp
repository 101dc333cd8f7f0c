// One function per event type. An event that lacks what it needs is left out and named in `malformed`; the events
// beside it count.
#include "connectors/loopback/webhook.hpp"

#include "connectors/sdk/json_access.hpp"
#include "schemas/json/content.hpp"

namespace inboxd::connectors::loopback {
namespace {

using boost::json::value;

/// One webhook holds at most this many events; the rest is named in `malformed`.
constexpr std::size_t events_max = 1000;

InboundIdentity read_identity(const value& json) {
  InboundIdentity identity;
  identity.handle = id_of(json, "id");
  identity.name = text_of(json, "name");
  identity.username = text_of(json, "username");
  identity.phone = text_of(json, "phone");
  identity.language = text_of(json, "language");
  return identity;
}

std::vector<InboundAttachment> read_attachments(const value& json) {
  std::vector<InboundAttachment> attachments;
  for (const auto& element : array_of(json, "attachments")) {
    InboundAttachment attachment{text_of(element, "url"), text_of(element, "name"), text_of(element, "mime"), {}, ""};
    if (attachment.reference.empty()) continue;
    if (const auto size = integer_of(element, "size"); size > 0) attachment.size = static_cast<std::uint64_t>(size);
    attachments.push_back(std::move(attachment));
  }
  return attachments;
}

MessageKind kind_of(const std::vector<InboundAttachment>& attachments) {
  if (attachments.empty()) return MessageKind::text;
  const std::string& mime = attachments.front().mime;
  if (mime.starts_with("image/")) return MessageKind::image;
  if (mime.starts_with("audio/")) return MessageKind::audio;
  if (mime.starts_with("video/")) return MessageKind::video;
  return MessageKind::file;
}

/// What every event needs, read once: its id, person and time.
struct Event {
  const value& json;
  std::string type;
  std::string account;
  std::string id;
  InboundIdentity from;
  Timestamp at;

  /// `event_id` where the sender gives one, else what makes this event the only one of its type.
  [[nodiscard]] EventOrigin origin(const std::string& distinction) const {
    const std::string given = id_of(json, "event_id");
    return {type + ':' + (given.empty() ? distinction : given), account};
  }
  [[nodiscard]] std::string moment() const { return std::to_string(to_unix_ms(at)); }
};

MessageReceived read_message(const Event& event) {
  MessageReceived message;
  message.origin = event.origin(event.id);
  message.direction = text_of(event.json, "direction") == "out" ? Direction::out : Direction::in;
  message.external_id = event.id;
  message.thread = event.from;
  if (const InboundIdentity chat = read_identity(member(event.json, "chat")); !chat.handle.empty()) {
    message.thread = chat;
    message.sender = event.from;
  }
  message.text = text_of(event.json, "text");
  message.attachments = read_attachments(event.json);
  message.kind = kind_of(message.attachments);
  message.content = content_from_json(member(event.json, "content"));
  if (const std::string kind = text_of(event.json, "kind"); !kind.empty()) {
    const auto known = parse_enum<MessageKind>(kind);
    message.kind = known.value_or(MessageKind::unsupported);
    if (!known) message.content.detail = UnsupportedContent{kind, "Look at this message where the customer wrote it."};
  }
  message.reply_to = id_of(event.json, "reply_to");
  message.group = id_of(event.json, "group");
  message.created_at = event.at;
  return message;
}

ReactionChanged read_reaction(const Event& event) {
  ReactionChanged reaction{
      event.origin(event.id + ':' + event.from.handle + ':' + event.moment()), event.id, event.from, {}, event.at};
  if (const std::string emoji = text_of(event.json, "emoji"); !emoji.empty()) reaction.emojis.push_back(emoji);
  return reaction;
}

DeliveryReported read_receipt(const Event& event, DeliveryState state) {
  const std::string correlation = text_of(event.json, "correlation");
  return {event.origin((event.id.empty() ? correlation : event.id) + ':' + std::string(enum_name(state))),
          event.id,
          correlation,
          state,
          text_of(event.json, "code"),
          text_of(event.json, "detail"),
          event.at};
}

IdentityChanged read_identity_change(const Event& event) {
  IdentityChanged change{event.origin(event.from.handle + ':' + event.moment()),
                         event.from,
                         {},
                         {text_of(event.json, "action"), text_of(event.json, "detail")},
                         event.at};
  if (has(event.json, "reachable")) change.reachable = flag_of(event.json, "reachable");
  return change;
}

/// What an event of this type cannot do without; empty when all is there.
std::string_view missing(const Event& event) {
  const std::string& type = event.type;
  const bool about_person = type == "message" || type == "reaction" || type == "typing" || type == "identity";
  const bool about_message = type == "message" || type == "edit" || type == "delete" || type == "reaction";
  if (event.at == Timestamp{}) return "`at` as RFC 3339";
  if (about_person && event.from.handle.empty()) return "`from.id`";
  if (about_message && event.id.empty()) return "`id`";
  if (type == "receipt" && event.id.empty() && text_of(event.json, "correlation").empty())
    return "`id` or `correlation`";
  if (type == "notice" && text_of(event.json, "subject").empty()) return "`subject`";
  return {};
}

/// The sentence for `malformed` when the event could not be read.
std::string append_event(const Event& event, Inbound& inbound) {
  if (const auto lack = missing(event); !lack.empty()) return std::string("lacks ").append(lack);
  if (event.type == "message") {
    inbound.events.emplace_back(read_message(event));
    if (std::string reference = id_of(event.json, "acknowledge"); !reference.empty())
      inbound.acknowledgements.push_back({std::move(reference)});
  } else if (event.type == "edit") {
    inbound.events.emplace_back(MessageEdited{
        event.origin(event.id + ':' + event.moment()), event.id, text_of(event.json, "text"), "", {}, event.at});
  } else if (event.type == "delete") {
    inbound.events.emplace_back(MessageDeleted{event.origin(event.id), event.id, event.at});
  } else if (event.type == "reaction") {
    inbound.events.emplace_back(read_reaction(event));
  } else if (event.type == "receipt") {
    const auto state = parse_enum<DeliveryState>(text_of(event.json, "state"));
    if (!state || *state == DeliveryState::queued || *state == DeliveryState::sending ||
        *state == DeliveryState::uncertain)
      return "lacks `state` (sent, delivered, read or failed)";
    inbound.events.emplace_back(read_receipt(event, *state));
  } else if (event.type == "typing") {
    inbound.events.emplace_back(TypingReported{event.origin(event.from.handle + ':' + event.moment()), event.from,
                                               !has(event.json, "on") || flag_of(event.json, "on")});
  } else if (event.type == "identity") {
    inbound.events.emplace_back(read_identity_change(event));
  } else if (event.type == "notice") {
    const std::string subject = text_of(event.json, "subject");
    inbound.events.emplace_back(AccountNotice{event.origin(subject + ':' + event.moment()), subject,
                                              text_of(event.json, "detail"), flag_of(event.json, "needs_person"),
                                              event.at});
  } else {
    return "is of an unknown type";
  }
  return {};
}

}  // namespace

Inbound read_webhook(std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !member(*json, "events").is_array()) return {{}, {}, "The body is not a JSON object with `events`."};
  Inbound inbound;
  std::size_t number = 0;
  for (const auto& element : array_of(*json, "events")) {
    std::string problem = "is one too many";
    if (++number <= events_max)
      problem = append_event(
          {element, text_of(element, "type"), text_of(*json, "account"), id_of(element, "id"),
           read_identity(member(element, "from")), parse_rfc3339(text_of(element, "at")).value_or(Timestamp{})},
          inbound);
    if (inbound.malformed.empty() && !problem.empty())
      inbound.malformed = "Event " + std::to_string(number) + ' ' + problem + '.';
  }
  return inbound;
}

}  // namespace inboxd::connectors::loopback
