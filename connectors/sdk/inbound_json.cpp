// The writing half: one function per event. `event` names the kind.
#include "connectors/sdk/inbound_json.hpp"

#include "schemas/json/content.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::connectors {
namespace {

using json_fields::field;
using json_fields::put;
using json_fields::put_flag;

void write_identity(JsonWriter& writer, std::string_view key, const InboundIdentity& identity) {
  writer.key(key);
  writer.begin_object();
  field(writer, "handle", identity.handle);
  put(writer, "aliases", identity.aliases);
  put(writer, "name", identity.name);
  put(writer, "username", identity.username);
  put(writer, "phone", identity.phone);
  put(writer, "language", identity.language);
  if (!identity.verified) field(writer, "verified", false);
  writer.end_object();
}

void write_blob(JsonWriter& writer, const BlobRef& blob) {
  writer.key("blob");
  writer.begin_object();
  field(writer, "hash", blob.hash);
  field(writer, "size", blob.size);
  writer.end_object();
}

void write_attachments(JsonWriter& writer, const std::vector<InboundAttachment>& attachments) {
  if (attachments.empty()) return;
  writer.key("attachments");
  writer.begin_array();
  for (const auto& attachment : attachments) {
    writer.begin_object();
    put(writer, "reference", attachment.reference);
    put(writer, "name", attachment.name);
    put(writer, "mime", attachment.mime);
    put(writer, "size", attachment.size);
    put(writer, "sha256", attachment.sha256);
    if (attachment.blob) write_blob(writer, *attachment.blob);
    put(writer, "content_id", attachment.content_id);
    writer.end_object();
  }
  writer.end_array();
}

void write_content(JsonWriter& writer, const Content& content) {
  writer.key("content");
  write_json(writer, content);
}

void write_head(JsonWriter& writer, std::string_view name, const EventOrigin& origin) {
  field(writer, "event", name);
  field(writer, "dedupe_key", origin.dedupe_key);
  put(writer, "account", origin.account);
}

void write_placement(JsonWriter& writer, const PlacementHints& placement) {
  writer.key("placement");
  writer.begin_object();
  put(writer, "conversation", placement.conversation);
  put(writer, "references", placement.references);
  put(writer, "ticket_number", placement.ticket_number);
  put(writer, "subject", placement.subject);
  writer.end_object();
}

void write_event(JsonWriter& writer, const MessageReceived& message) {
  write_head(writer, "message_received", message.origin);
  field(writer, "direction", message.direction);
  field(writer, "external_id", message.external_id);
  write_identity(writer, "thread", message.thread);
  if (message.sender) write_identity(writer, "sender", *message.sender);
  field(writer, "kind", message.kind);
  put(writer, "text", message.text);
  put(writer, "html", message.html);
  if (!message.content.empty()) write_content(writer, message.content);
  write_attachments(writer, message.attachments);
  put(writer, "reply_to", message.reply_to);
  put(writer, "group", message.group);
  field(writer, "created_at", message.created_at);
  if (!message.opens_reply_window) field(writer, "opens_reply_window", false);
  put(writer, "subject", message.subject);
  if (message.placement) write_placement(writer, *message.placement);
  if (message.automation != Automation::none) field(writer, "automation", message.automation);
}

void write_event(JsonWriter& writer, const MessageEdited& edit) {
  write_head(writer, "message_edited", edit.origin);
  field(writer, "external_id", edit.external_id);
  put(writer, "text", edit.text);
  put(writer, "html", edit.html);
  if (edit.content) write_content(writer, *edit.content);
  field(writer, "edited_at", edit.edited_at);
  if (!edit.files) return;
  writer.key("files");
  writer.begin_object();
  field(writer, "kind", edit.files->kind);
  if (!edit.files->content.empty()) write_content(writer, edit.files->content);
  write_attachments(writer, edit.files->attachments);
  writer.end_object();
}

void write_event(JsonWriter& writer, const MessageDeleted& deletion) {
  write_head(writer, "message_deleted", deletion.origin);
  field(writer, "external_id", deletion.external_id);
  field(writer, "deleted_at", deletion.deleted_at);
}

void write_event(JsonWriter& writer, const ReactionChanged& reaction) {
  write_head(writer, "reaction_changed", reaction.origin);
  field(writer, "external_id", reaction.external_id);
  write_identity(writer, "author", reaction.author);
  field(writer, "emojis", reaction.emojis);
  field(writer, "at", reaction.at);
}

void write_event(JsonWriter& writer, const DeliveryReported& receipt) {
  write_head(writer, "delivery_reported", receipt.origin);
  put(writer, "external_id", receipt.external_id);
  put(writer, "correlation", receipt.correlation);
  field(writer, "state", receipt.state);
  put(writer, "reason_code", receipt.reason_code);
  put(writer, "reason_detail", receipt.reason_detail);
  field(writer, "at", receipt.at);
}

void write_event(JsonWriter& writer, const IdentityChanged& change) {
  write_head(writer, "identity_changed", change.origin);
  write_identity(writer, "identity", change.identity);
  put(writer, "reachable", change.reachable);
  put(writer, "action", change.activity.action);
  put(writer, "detail", change.activity.detail);
  field(writer, "at", change.at);
}

void write_event(JsonWriter& writer, const AccountNotice& notice) {
  write_head(writer, "account_notice", notice.origin);
  field(writer, "subject", notice.subject);
  put(writer, "detail", notice.detail);
  put_flag(writer, "needs_person", notice.needs_person);
  field(writer, "at", notice.at);
}

void write_event(JsonWriter& writer, const TypingReported& typing) {
  write_head(writer, "typing_reported", typing.origin);
  write_identity(writer, "thread", typing.thread);
  field(writer, "on", typing.on);
}

}  // namespace

std::string inbound_to_text(const Inbound& inbound) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.key("events");
  writer.begin_array();
  for (const auto& event : inbound.events) {
    writer.begin_object();
    std::visit([&](const auto& alternative) { write_event(writer, alternative); }, event);
    writer.end_object();
  }
  writer.end_array();
  if (!inbound.acknowledgements.empty()) {
    writer.key("acknowledgements");
    writer.begin_array();
    for (const auto& acknowledgement : inbound.acknowledgements) writer.string(acknowledgement.reference);
    writer.end_array();
  }
  put(writer, "malformed", inbound.malformed);
  writer.end_object();
  return indented(text);
}

}  // namespace inboxd::connectors
