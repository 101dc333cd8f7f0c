// The reading half of inbound_json: refuses what ingest could not use, tolerates unknown fields.
#include "connectors/sdk/inbound_json.hpp"
#include "connectors/sdk/json_access.hpp"
#include "schemas/json/content.hpp"

namespace inboxd::connectors {
namespace {

using boost::json::value;

std::vector<std::string> texts_of(const value& object, std::string_view key) {
  std::vector<std::string> texts;
  for (const auto& element : array_of(object, key))
    if (const auto* text = element.if_string()) texts.emplace_back(text->data(), text->size());
  return texts;
}

bool flag_or(const value& object, std::string_view key, bool usual) {
  return has(object, key) ? flag_of(object, key) : usual;
}

InboundIdentity read_identity(const value& json) {
  return {text_of(json, "handle"), texts_of(json, "aliases"), text_of(json, "name"),          text_of(json, "username"),
          text_of(json, "phone"),  text_of(json, "language"), flag_or(json, "verified", true)};
}

std::vector<InboundAttachment> read_attachments(const value& json) {
  std::vector<InboundAttachment> attachments;
  for (const auto& element : array_of(json, "attachments")) {
    InboundAttachment attachment{text_of(element, "reference"),
                                 text_of(element, "name"),
                                 text_of(element, "mime"),
                                 {},
                                 text_of(element, "sha256")};
    if (has(element, "size")) attachment.size = static_cast<std::uint64_t>(integer_of(element, "size"));
    if (const auto& blob = member(element, "blob"); blob.is_object())
      attachment.blob = BlobRef{text_of(blob, "hash"), static_cast<std::uint64_t>(integer_of(blob, "size"))};
    attachment.content_id = text_of(element, "content_id");
    attachments.push_back(std::move(attachment));
  }
  return attachments;
}

PlacementHints read_placement(const value& json) {
  return {text_of(json, "conversation"), texts_of(json, "references"), integer_of(json, "ticket_number"),
          text_of(json, "subject")};
}

/// Reads one event; the first thing that it lacks is kept as a sentence.
class EventReader {
 public:
  explicit EventReader(const value& json)
      : json_(json), origin_{required_text("dedupe_key"), text_of(json, "account")} {}

  InboundEvent read() {
    const std::string name = text_of(json_, "event");
    if (name == "message_received") return message();
    if (name == "message_edited") return edit();
    if (name == "message_deleted") return MessageDeleted{origin_, required_text("external_id"), time("deleted_at")};
    if (name == "reaction_changed")
      return ReactionChanged{origin_, required_text("external_id"), identity("author"), texts_of(json_, "emojis"),
                             time("at")};
    if (name == "delivery_reported") return receipt();
    if (name == "identity_changed") return identity_change();
    if (name == "account_notice")
      return AccountNotice{origin_, required_text("subject"), text_of(json_, "detail"), flag_of(json_, "needs_person"),
                           time("at")};
    if (name == "typing_reported") return TypingReported{origin_, identity("thread"), flag_or(json_, "on", true)};
    lacks("a known `event`");
    return {};
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void lacks(std::string_view what) {
    if (problem_.empty()) problem_ = std::string("lacks ").append(what);
  }
  std::string required_text(std::string_view key) {
    std::string text = text_of(json_, key);
    if (text.empty()) lacks(key);
    return text;
  }
  Timestamp time(std::string_view key) {
    const auto at = parse_rfc3339(text_of(json_, key));
    if (!at) lacks(std::string(key).append(" (RFC 3339)"));
    return at.value_or(Timestamp{});
  }
  InboundIdentity identity(std::string_view key) {
    InboundIdentity found = read_identity(member(json_, key));
    if (found.handle.empty()) lacks(std::string(key).append(".handle"));
    return found;
  }
  template <class E>
  E word(std::string_view key) {
    const auto found = parse_enum<E>(text_of(json_, key));
    if (!found) lacks(std::string("a known `").append(key).append("`"));
    return found.value_or(E{});
  }

  MessageReceived message() {
    MessageReceived received;
    received.origin = origin_;
    received.direction = word<Direction>("direction");
    received.external_id = required_text("external_id");
    received.thread = identity("thread");
    if (has(json_, "sender")) received.sender = identity("sender");
    received.kind = word<MessageKind>("kind");
    received.text = text_of(json_, "text");
    received.html = text_of(json_, "html");
    received.content = content_from_json(member(json_, "content"));
    received.attachments = read_attachments(json_);
    received.reply_to = text_of(json_, "reply_to");
    received.group = text_of(json_, "group");
    received.created_at = time("created_at");
    received.opens_reply_window = flag_or(json_, "opens_reply_window", true);
    received.subject = text_of(json_, "subject");
    if (const auto& hints = member(json_, "placement"); hints.is_object()) received.placement = read_placement(hints);
    if (has(json_, "automation")) received.automation = word<Automation>("automation");
    return received;
  }
  MessageEdited edit() {
    MessageEdited edited{
        origin_, required_text("external_id"), text_of(json_, "text"), text_of(json_, "html"), {}, time("edited_at")};
    if (const auto& content = member(json_, "content"); content.is_object()) {
      edited.content = content_from_json(content);
      // Content that is not understood would blank what the message has.
      if (edited.content->empty()) lacks("a known `content.type`");
    }
    if (const auto& files = member(json_, "files"); files.is_object()) {
      const auto kind = parse_enum<MessageKind>(text_of(files, "kind"));
      if (!kind) lacks("a known `files.kind`");
      edited.files = EditedFiles{kind.value_or(MessageKind::file), content_from_json(member(files, "content")),
                                 read_attachments(files)};
    }
    return edited;
  }
  DeliveryReported receipt() {
    DeliveryReported reported{origin_,
                              text_of(json_, "external_id"),
                              text_of(json_, "correlation"),
                              word<DeliveryState>("state"),
                              text_of(json_, "reason_code"),
                              text_of(json_, "reason_detail"),
                              time("at")};
    if (reported.external_id.empty() && reported.correlation.empty()) lacks("external_id or correlation");
    return reported;
  }
  IdentityChanged identity_change() {
    IdentityChanged changed{
        origin_, identity("identity"), {}, {text_of(json_, "action"), text_of(json_, "detail")}, time("at")};
    if (has(json_, "reachable")) changed.reachable = flag_of(json_, "reachable");
    return changed;
  }

  const value& json_;
  std::string problem_;
  EventOrigin origin_;
};

}  // namespace

Result<Inbound> inbound_from_text(std::string_view text) {
  const auto json = parse_json(text);
  if (!json || !member(*json, "events").is_array()) return bad_request("Not a JSON object with an array `events`.");
  Inbound inbound;
  for (const auto& element : array_of(*json, "events")) {
    EventReader reader(element);
    InboundEvent event = reader.read();
    if (!reader.problem().empty())
      return bad_request("Event " + std::to_string(inbound.events.size() + 1) + ' ' + reader.problem() + '.');
    inbound.events.push_back(std::move(event));
  }
  for (const auto& reference : texts_of(*json, "acknowledgements")) inbound.acknowledgements.push_back({reference});
  inbound.malformed = text_of(*json, "malformed");
  return inbound;
}

}  // namespace inboxd::connectors
