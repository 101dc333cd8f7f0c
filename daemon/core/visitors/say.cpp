#include "daemon/core/visitors/say.hpp"

#include <algorithm>

#include "daemon/core/messages/inbound_message.hpp"
#include "daemon/core/visitors/chat.hpp"
#include "daemon/core/visitors/visit.hpp"

namespace inboxd::core {
namespace {

constexpr std::size_t attributes_max = 100;  // of a contact: what agents added leaves no room, and nothing is replaced

class FrameOriginal final : public OriginalSource {
 public:
  FrameOriginal(Context& context, InboxId inbox, const std::string& raw)
      : context_(context), inbox_(inbox), raw_(raw) {}
  RawOriginalId id() override {
    return context_.tables.originals().insert({{}, inbox_, "application/json", raw_, context_.now});
  }

 private:
  Context& context_;
  InboxId inbox_;
  const std::string& raw_;
};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

Result<void> check_shape(const VisitorSays& command) {
  if (command.text.empty() && command.attachments.empty())
    return bad_request("a message needs `text` or `attachments`");
  if (characters(command.text) > visitor_text_characters_max)
    return Error{ErrorCode::payload_too_large,
                 "`text` takes up to " + std::to_string(visitor_text_characters_max) + " characters",
                 {}};
  if (command.attachments.size() > visitor_attachments_max)
    return bad_request("`attachments` takes up to " + std::to_string(visitor_attachments_max));
  return {};
}

Result<MessageKind> check_attachments(const Context& context, const VisitorSays& command) {
  auto kind = MessageKind::text;
  for (const auto id : command.attachments) {
    const auto row = context.tables.attachments().find(id);
    const bool there = row && row->attachment.state == AttachmentState::ready;
    if (!there || row->message || !context.tables.visitors().uploaded(command.visitor, id))
      return bad_request("`attachments`: " + to_string(id) + " is not an upload of yours that is still free");
    if (kind != MessageKind::text) continue;
    const auto& mime = row->attachment.mime;
    kind = mime.starts_with("image/")   ? MessageKind::image
           : mime.starts_with("audio/") ? MessageKind::audio
           : mime.starts_with("video/") ? MessageKind::video
                                        : MessageKind::file;
  }
  return kind;
}

/// The person as this inbox knows them; one without an identity gets it with this message.
InboundIdentity person_of(const storage::Tables& tables, const Visitor& visitor) {
  InboundIdentity person;
  person.name = visitor.name;
  person.language = visitor.language;
  person.verified = !visitor.subject.empty();
  person.handle = visitor.subject.empty() ? visitor.handle : handle_of_subject(visitor.subject);
  if (visitor.identity)
    if (const auto identity = tables.contacts().find_identity(*visitor.identity)) person.handle = identity->handle;
  return person;
}

/// What is vouched for counts; what was only typed never replaces anything.
void keep_attributes(Context& context, ContactId id, const Visitor& visitor,
                     const std::map<std::string, std::string>& typed) {
  auto contact = context.tables.contacts().find(id);
  if (!contact) return;
  const auto before = contact->attributes;
  if (!visitor.email.empty()) contact->attributes["email"] = visitor.email;
  for (const auto& [name, value] : typed)
    if (contact->attributes.size() < attributes_max) contact->attributes.emplace(name, value);
  if (contact->attributes == before) return;
  contact->updated_at = context.now;
  ++contact->version;
  context.tables.contacts().update(*contact);
  record(context, *contact, visitor.inbox, EventType::contact_updated);
}

Said said_before(const storage::Tables& tables, const Visitor& visitor, MessageId id) {
  const auto message = tables.messages().find(id);
  return {visitor, message ? message->conversation : ConversationId{}, id, tables.visitors().first_seq_of(id)};
}

MessageReceived to_event(const Context& context, const Visitor& visitor, const VisitorSays& command,
                         const std::map<std::string, std::string>& fields) {
  MessageReceived event;
  event.thread = person_of(context.tables, visitor);
  if (const auto name = fields.find("name"); name != fields.end() && event.thread.name.empty())
    event.thread.name = name->second;
  event.text = command.text;
  event.created_at = context.now;
  const auto conversation = conversation_of(context.tables, visitor);
  const bool begins = !conversation || conversation->status == ConversationStatus::closed;
  if (begins && !command.page.empty()) event.content.referral = Referral{"link", "", command.page, "", ""};
  return event;
}

void attach(Context& context, const VisitorSays& command, const Message& message) {
  for (const auto id : command.attachments) {
    auto row = context.tables.attachments().find(id);
    row->message = message.id;
    row->inbox = message.inbox;
    context.tables.attachments().update(*row);
  }
}

}  // namespace

Result<Said> visitor_says(Context& context, const ChannelDirectory& channels, InboxId inbox_id,
                          const VisitorSays& command) {
  const auto inbox = context.tables.inboxes().find(inbox_id);
  const auto* serving = dynamic_cast<const connectors::ServesVisitors*>(channels.find(inbox_id));
  if (!inbox || serving == nullptr) return not_found("there is no such chat");
  auto visitor = visiting(context.tables, serving->visitor_rules(), inbox_id, command.visitor);
  if (!visitor) return visitor.error();
  // The handle stays when the token is renewed, so what is sent again then is still known.
  const auto external_id = visitor->handle + ':' + command.client_msg_id;
  if (const auto before = context.tables.messages().find_by_external(inbox_id, external_id))
    return said_before(context.tables, *visitor, *before);

  if (auto fine = check_shape(command); !fine) return fine.error();
  std::map<std::string, std::string> fields;
  if (!visitor->fields_given) {
    auto kept = serving->check_fields(command.fields);
    if (!kept) return kept.error();
    fields = std::move(kept).value();
  }
  const auto kind = check_attachments(context, command);
  if (!kind) return kind.error();
  auto event = to_event(context, *visitor, command, fields);
  event.external_id = external_id;
  event.kind = *kind;
  FrameOriginal original(context, inbox_id, command.raw);
  const auto id = receive_message(context, channels, *inbox, event, original);
  const auto message = id ? context.tables.messages().find(*id) : std::nullopt;
  if (!message) return Error{ErrorCode::internal, "the message was not stored", {}};
  attach(context, command, *message);

  const auto conversation = context.tables.conversations().find(message->conversation);
  visitor->identity = conversation->identity;
  visitor->fields_given = true;
  context.tables.visitors().update(*visitor);
  Context acting = as_contact(context, conversation->contact, context.cause);
  keep_attributes(acting, conversation->contact, *visitor, fields);
  context.tables.visitors().open_chat(conversation->id);
  return Said{*visitor, conversation->id, message->id, show_in_chat(acting, *message)};
}

}  // namespace inboxd::core
