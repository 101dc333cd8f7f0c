#include "daemon/core/messages/inbound_changes.hpp"

#include <algorithm>

#include "connectors/sdk/inbound_json.hpp"
#include "daemon/core/contacts/identify.hpp"
#include "daemon/core/inboxes/health.hpp"

namespace inboxd::core {
namespace {

/// The message that a change is about; without it the change waits for it.
template <typename Change>
std::optional<Message> known_message(Context& context, const Inbox& inbox, const Change& event,
                                     OriginalSource& original) {
  const auto raw = original.id();
  auto& messages = context.tables.messages();
  const auto id = messages.find_by_external(inbox.id, event.external_id);
  if (!id) {
    if (event.external_id.empty()) return std::nullopt;
    messages.park_change(inbox.id, event.external_id,
                         {connectors::inbound_to_text({{event}, {}, {}}), raw, context.now});
    return std::nullopt;
  }
  context.tables.originals().link(raw, *id);
  return context.tables.messages().find(*id);
}

/// The person is reached by another handle from now on (a new number); the old one stays as an alias. A handle that
/// is somebody else's already is left alone: two people never become one by themselves.
void follow_handle(Context& context, const Inbox& inbox, Identity& identity, const std::string& handle) {
  if (handle.empty() || handle == identity.handle) return;
  const auto holder = context.tables.contacts().find_identity(inbox.id, handle);
  if (holder && holder->id != identity.id) return;
  context.tables.contacts().rename_identity(identity.id, handle);
  identity = *context.tables.contacts().find_identity(identity.id);
  store_identity(context, identity);
}

Timestamp time_or_now(const Context& context, Timestamp at) { return at == Timestamp{} ? context.now : at; }

Context acting_for(Context& context, const Message& message, std::string_view cause) {
  if (message.author.kind == AuthorKind::contact) return as_contact(context, ContactId{message.author.id}, cause);
  // Ours, changed by another program: by whom it does not tell.
  return {context.tables, context.now, context.actor, cause};
}

/// An original that was stored when the change that it brought was parked.
class StoredOriginal final : public OriginalSource {
 public:
  explicit StoredOriginal(RawOriginalId stored) : stored_(stored) {}
  RawOriginalId id() override { return stored_; }

 private:
  RawOriginalId stored_;
};

/// A provider may name the same bytes anew with every edit; equal in size and type they are taken for the same.
bool same_file(const storage::AttachmentRow& row, const InboundAttachment& file) {
  if (file.blob) return row.blob_hash == file.blob->hash;
  if (row.reference == file.reference) return true;
  if (!file.sha256.empty() && row.sha256 == file.sha256) return true;
  return file.size && *file.size == row.attachment.size && file.mime == row.attachment.mime;
}

/// True when the files are others now; those before go, since the customer's chat shows them no more.
bool follow_files(Context& context, Message& message, const EditedFiles& files) {
  const auto rows = context.tables.attachments().of_message(message.id);
  const bool ours = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.uploader.has_value(); });
  if (ours || std::equal(rows.begin(), rows.end(), files.attachments.begin(), files.attachments.end(), same_file))
    return false;
  for (const auto& row : rows) context.tables.attachments().remove(row.attachment.id);
  insert_attachments(context, files.attachments, message);
  message.kind = files.kind;
  message.content.detail = files.content.detail;
  return true;
}

}  // namespace

std::optional<MessageId> receive_edit(Context& context, const Inbox& inbox, const MessageEdited& event,
                                      OriginalSource& original) {
  auto message = known_message(context, inbox, event, original);
  if (!message || message->deleted_at) return std::nullopt;
  // Provider requests may overtake one another: an older edit never undoes a newer one.
  const auto edited_at = time_or_now(context, event.edited_at);
  if (message->edited_at && *message->edited_at > edited_at) return std::nullopt;
  if (!event.content || !event.text.empty()) {
    message->text = event.text;
    message->html = event.html;
  }
  if (event.content) message->content = *event.content;
  const bool new_files = event.files && follow_files(context, *message, *event.files);
  message->edited_at = edited_at;
  ++message->version;
  context.tables.messages().update(*message);
  Context acting = acting_for(context, *message, cause_of_edit);
  record(acting, *message, EventType::message_updated);
  return new_files ? std::optional(message->id) : std::nullopt;
}

void receive_deletion(Context& context, const Inbox& inbox, const MessageDeleted& event, OriginalSource& original) {
  auto message = known_message(context, inbox, event, original);
  if (!message || message->deleted_at) return;
  message->deleted_at = time_or_now(context, event.deleted_at);
  ++message->version;
  context.tables.messages().update(*message);
  Context acting = acting_for(context, *message, "message.receive_deletion");
  record(acting, *message, EventType::message_updated);
}

void receive_reaction(Context& context, const Inbox& inbox, const ReactionChanged& event, OriginalSource& original) {
  auto message = known_message(context, inbox, event, original);
  if (!message) return;
  const Identity author = identify(context, inbox, event.author);
  context.tables.messages().set_reactions(message->id, {AuthorKind::contact, author.contact.value, {}}, event.emojis,
                                          time_or_now(context, event.at));
  ++message->version;
  context.tables.messages().update(*message);
  Context acting = as_contact(context, author.contact, "message.receive_reaction");
  record(acting, *message, EventType::message_updated);
}

std::optional<MessageId> receive_parked_changes(Context& context, const Inbox& inbox, const std::string& external_id) {
  std::optional<MessageId> with_files;
  for (const auto& parked : context.tables.messages().take_parked_changes(inbox.id, external_id)) {
    if (!context.tables.originals().find(parked.original)) continue;
    StoredOriginal original(parked.original);
    const auto inbound = connectors::inbound_from_text(parked.event);
    if (!inbound) {
      // Its message must not fail with it.
      context.tables.originals().insert_quarantine(
          {{}, inbox.id, parked.original, "malformed", inbound.error().detail, context.now});
      continue;
    }
    for (const auto& event : inbound->events) {
      if (const auto* edit = std::get_if<MessageEdited>(&event)) {
        if (const auto id = receive_edit(context, inbox, *edit, original)) with_files = id;
      } else if (const auto* deletion = std::get_if<MessageDeleted>(&event)) {
        receive_deletion(context, inbox, *deletion, original);
      } else if (const auto* reaction = std::get_if<ReactionChanged>(&event)) {
        receive_reaction(context, inbox, *reaction, original);
      }
    }
  }
  return with_files;
}

void receive_identity_change(Context& context, const ChannelDirectory& channels, const Inbox& inbox,
                             const IdentityChanged& event, OriginalSource& original) {
  Identity identity = identify(context, inbox, event.identity);
  follow_handle(context, inbox, identity, event.identity.handle);
  if (event.reachable) {
    const auto before = identity.unreachable_since;
    identity.unreachable_since = *event.reachable ? std::nullopt : std::optional(time_or_now(context, event.at));
    Context acting = as_contact(context, identity.contact, "contact.receive_change");
    if (before.has_value() != identity.unreachable_since.has_value()) store_identity(acting, identity);
  }
  if (event.activity.action.empty()) return;
  // An activity without a conversation to show it in would open one for nothing.
  const auto newest = context.tables.conversations().newest_of(identity.id);
  if (!newest || newest->status == ConversationStatus::closed) return;
  MessageReceived activity;
  activity.thread = event.identity;
  activity.kind = MessageKind::activity;
  activity.content.detail = event.activity;
  activity.created_at = event.at;
  activity.opens_reply_window = false;
  receive_message(context, channels, inbox, activity, original);
}

void receive_account_notice(Context& context, const Inbox& inbox, const AccountNotice& event,
                            OriginalSource& original) {
  original.id();
  if (!event.needs_person) return;
  change_health(context, inbox.id, {InboxHealthState::degraded, event.subject, event.detail, context.now});
}

}  // namespace inboxd::core
