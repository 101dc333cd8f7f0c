// Conversations and messages first: they are written for every event, so each must cost little.
#include "schemas/json/objects.hpp"

#include "schemas/json/content.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd {

using json_fields::field;

namespace {

template <class Elements>
void list(JsonWriter& writer, std::string_view key, const Elements& elements) {
  writer.key(key);
  writer.begin_array();
  for (const auto& element : elements) write_json(writer, element);
  writer.end_array();
}

/// Null where nobody can be named: a bot, the system, a colleague who wrote by another program.
void write_author_id(JsonWriter& writer, AuthorKind kind, std::int64_t id) {
  if (id == 0) return writer.null();
  switch (kind) {
    case AuthorKind::contact:
      return writer.id(ContactId{id});
    case AuthorKind::agent:
      return writer.id(AgentId{id});
    case AuthorKind::bot:
    case AuthorKind::system:
      return writer.null();
  }
}

}  // namespace

void write_json(JsonWriter& writer, const Conversation& conversation) {
  writer.begin_object();
  field(writer, "id", conversation.id);
  field(writer, "number", conversation.number);
  field(writer, "inbox", conversation.inbox_name);
  field(writer, "contact", conversation.contact);
  field(writer, "status", conversation.status);
  field(writer, "priority", conversation.priority);
  field(writer, "category", conversation.category);
  field(writer, "subject", conversation.subject);
  field(writer, "assignee", conversation.assignee);
  field(writer, "team", conversation.team);
  field(writer, "tags", conversation.tags);
  field(writer, "language", conversation.language);
  field(writer, "continues", conversation.continues);
  field(writer, "snoozed_until", conversation.snoozed_until);
  field(writer, "created_at", conversation.created_at);
  field(writer, "updated_at", conversation.updated_at);
  field(writer, "last_message_at", conversation.last_message_at);
  field(writer, "unread", conversation.unread);
  field(writer, "reply_window_ends_at", conversation.reply_window_ends_at);
  field(writer, "version", conversation.version);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Reaction& reaction) {
  writer.begin_object();
  field(writer, "emoji", reaction.emoji);
  writer.key("author");
  write_json(writer, reaction.author);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Message& message) {
  const std::string_view text = cut_utf8(message.text, message_text_bytes_max);
  writer.begin_object();
  field(writer, "id", message.id);
  field(writer, "conversation", message.conversation);
  field(writer, "direction", message.direction);
  field(writer, "kind", message.kind);
  field(writer, "note", message.note);
  writer.key("author");
  write_json(writer, message.author);
  field(writer, "text", text);
  field(writer, "text_truncated", text.size() < message.text.size());
  field(writer, "has_html", !message.html.empty());
  writer.key("content");
  write_json(writer, message.content);
  field(writer, "group", message.group);
  list(writer, "attachments", message.attachments);
  list(writer, "reactions", message.reactions);
  field(writer, "reply_to", message.reply_to);
  field(writer, "external_id", message.external_id);
  writer.key("delivery");
  if (message.delivery)
    write_json(writer, *message.delivery);
  else
    writer.null();
  field(writer, "created_at", message.created_at);
  field(writer, "received_at", message.received_at);
  field(writer, "edited_at", message.edited_at);
  field(writer, "deleted_at", message.deleted_at);
  field(writer, "version", message.version);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Attachment& attachment) {
  writer.begin_object();
  field(writer, "id", attachment.id);
  field(writer, "name", attachment.name);
  field(writer, "mime", attachment.mime);
  field(writer, "size", attachment.size);
  field(writer, "state", attachment.state);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Author& author) {
  writer.begin_object();
  field(writer, "kind", author.kind);
  writer.key("id");
  write_author_id(writer, author.kind, author.id);
  field(writer, "name", author.name);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Actor& actor) {
  writer.begin_object();
  field(writer, "kind", actor.kind);
  writer.key("id");
  switch (actor.kind) {
    case ActorKind::contact:
      writer.id(ContactId{actor.id});
      break;
    case ActorKind::agent:
      writer.id(AgentId{actor.id});
      break;
    case ActorKind::bot:
    case ActorKind::system:
      writer.null();
      break;
  }
  writer.end_object();
}

void write_json(JsonWriter& writer, const Delivery& delivery) {
  writer.begin_object();
  field(writer, "state", delivery.state);
  field(writer, "attempt", delivery.attempt);
  field(writer, "external_ids", delivery.external_ids);
  writer.key("reason");
  if (delivery.reason) {
    writer.begin_object();
    field(writer, "code", delivery.reason->code);
    field(writer, "detail", delivery.reason->detail);
    writer.end_object();
  } else {
    writer.null();
  }
  writer.end_object();
}

void write_delivery_change(JsonWriter& writer, MessageId message, const Delivery& delivery) {
  writer.begin_object();
  field(writer, "message", message);
  writer.key("delivery");
  write_json(writer, delivery);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Identity& identity) {
  writer.begin_object();
  field(writer, "id", identity.id);
  field(writer, "connector", identity.connector);
  field(writer, "inbox", identity.inbox_name);
  field(writer, "handle", identity.handle);
  field(writer, "verified", identity.verified);
  field(writer, "name", identity.name);
  field(writer, "username", identity.username);
  field(writer, "phone", identity.phone);
  field(writer, "unreachable_since", identity.unreachable_since);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Contact& contact) {
  writer.begin_object();
  field(writer, "id", contact.id);
  field(writer, "name", contact.name);
  list(writer, "identities", contact.identities);
  field(writer, "tier", contact.tier);
  field(writer, "language", contact.language);
  writer.key("attributes");
  writer.begin_object();
  for (const auto& [name, content] : contact.attributes) {
    writer.escaped_key(name);
    writer.string(content);
  }
  writer.end_object();
  field(writer, "merged_into", contact.merged_into);
  field(writer, "created_at", contact.created_at);
  field(writer, "updated_at", contact.updated_at);
  field(writer, "version", contact.version);
  writer.end_object();
}

void write_contact_summary(JsonWriter& writer, const Contact& contact) {
  writer.begin_object();
  field(writer, "id", contact.id);
  field(writer, "name", contact.name);
  field(writer, "version", contact.version);
  writer.end_object();
}

}  // namespace inboxd
