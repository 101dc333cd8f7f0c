#include "daemon/core/messages/reply.hpp"

#include "connectors/sdk/visitors.hpp"
#include "daemon/core/access/authorize.hpp"
#include "daemon/core/contacts/identify.hpp"
#include "daemon/core/conversations/change.hpp"
#include "daemon/core/conversations/open.hpp"
#include "daemon/core/messages/inbound_changes.hpp"
#include "daemon/core/messages/outbound.hpp"
#include "daemon/core/messages/settle.hpp"
#include "schemas/json/outbox.hpp"

namespace inboxd::core {
namespace {

Error moved() {
  return {ErrorCode::conversation_moved,
          "the conversation has a newer message or edit than `if_seen`; read it, then send again",
          {}};
}

Result<void> check_if_seen(const storage::Tables& tables, const SendMessage& command, AgentId self,
                           const std::string& epoch) {
  if (!command.if_seen) return {};
  if (command.if_seen->epoch != epoch || command.if_seen->sequence > tables.events().head())
    return Error{ErrorCode::epoch_changed, "`if_seen` is from another life of this store; take a new snapshot", {}};
  if (command.if_seen->sequence + 1 < tables.events().oldest())
    return Error{ErrorCode::resync_required, "`if_seen` is older than the kept log; read the conversation again", {}};
  if (tables.events().has_news({command.conversation, command.if_seen->sequence, self, cause_of_edit})) return moved();
  return {};
}

Result<void> check_channel(const Context& context, const Conversation& conversation,
                           const connectors::Connector* connector, bool has_template) {
  if (connector == nullptr)
    return Error{
        ErrorCode::channel_unavailable,
        "the inbox " + conversation.inbox_name + " is disabled or no longer configured; nothing can be sent on it",
        {}};
  const auto window = connector->capabilities().reply_window;
  const bool closed =
      window && (!conversation.reply_window_ends_at || *conversation.reply_window_ends_at <= context.now);
  if (closed && !has_template)
    return Error{
        ErrorCode::window_closed,
        "the customer's last message is older than this channel allows for free text; send an approved template",
        {}};
  return {};
}

/// Whether the html shows this upload as a picture in its place: `<img src="cid:at_5">`.
bool shows(std::string_view html, AttachmentId id) {
  const auto name = "cid:" + to_string(id);
  for (auto at = html.find(name); at != std::string_view::npos; at = html.find(name, at + 1)) {
    const auto next = at + name.size();
    if (next == html.size() || html[next] < '0' || html[next] > '9') return true;
  }
  return false;
}

Result<void> attach(Context& context, const Agent& principal, const SendMessage& command, MessageId message,
                    InboxId inbox) {
  for (const auto id : command.attachments) {
    auto row = context.tables.attachments().find(id);
    const bool own = row && !row->message && row->uploader == principal.id;
    if (!own) return bad_request("`attachments`: " + to_string(id) + " is not an upload of yours that is still free");
    row->message = message;
    row->inbox = inbox;
    if (shows(command.html, id)) row->attachment.content_id = to_string(id);
    context.tables.attachments().update(*row);
  }
  return {};
}

MessageKind kind_of(const storage::Tables& tables, const std::vector<AttachmentId>& attachments) {
  if (attachments.empty()) return MessageKind::text;
  const auto row = tables.attachments().find(attachments.front());
  if (!row) return MessageKind::file;
  const auto& mime = row->attachment.mime;
  if (mime.starts_with("image/")) return MessageKind::image;
  if (mime.starts_with("audio/")) return MessageKind::audio;
  if (mime.starts_with("video/")) return MessageKind::video;
  return MessageKind::file;
}

Result<void> check_shape(const SendMessage& command) {
  if (command.text.size() > text_bytes_max || command.html.size() > text_bytes_max)
    return Error{
        ErrorCode::payload_too_large, "`text` and `html` take up to " + std::to_string(text_bytes_max) + " bytes", {}};
  if (command.attachments.size() > attachments_max)
    return bad_request("`attachments` takes up to " + std::to_string(attachments_max));
  if (command.text.empty() && command.attachments.empty() && !command.message_template)
    return bad_request("a message needs `text`, `attachments` or `template`");
  if (command.note && command.message_template) return bad_request("a note cannot be a `template`");
  if (command.note && !command.recipients.empty()) return bad_request("a note has no `to`, `cc` or `bcc`");
  return {};
}

Message draft(Context& context, const Agent& principal, const Conversation& conversation, const SendMessage& command) {
  Message message;
  message.conversation = conversation.id;
  message.inbox = conversation.inbox;
  message.direction = command.note ? Direction::internal : Direction::out;
  message.note = command.note;
  message.author = {AuthorKind::agent, principal.id.value, principal.name};
  message.kind = kind_of(context.tables, command.attachments);
  message.text = command.text;
  message.html = command.html;
  message.reply_to = command.reply_to;
  message.created_at = message.received_at = context.now;
  if (command.message_template)
    message.content.detail = TemplateContent{command.message_template->name, command.message_template->language};
  if (!command.note) message.delivery = Delivery{};
  return message;
}

/// What a channel with recipients writes above the message; others take none.
Result<void> add_head(const storage::Tables& tables, const connectors::Connector& connector,
                      const Conversation& conversation, const Recipients& recipients, Message& message) {
  if (connector.capabilities().copies == Support::rejected && recipients.empty()) return {};
  auto head = head_of_reply(tables, connector, conversation, recipients);
  if (!head) return head.error();
  message.content.detail = std::move(*head);
  return {};
}

/// Inserts the outbox row and lets the connector refuse it before anything is committed.
Result<storage::OutboxRow> queue(Context& context, const Message& message, OutboxAction action,
                                 const OutboxPayload& payload, const connectors::Connector& connector,
                                 const std::string& epoch) {
  storage::OutboxRow row;
  row.message = message.id;
  row.conversation = message.conversation;
  row.inbox = message.inbox;
  row.action = action;
  row.payload = payload_to_text(payload);
  // Stable over the attempts of one message: what goes out adds the attempt's number.
  row.correlation = epoch + '.' + to_string(message.id);
  if (action != OutboxAction::send)
    row.correlation += '.' + std::string(enum_name(action)) + '.' + std::to_string(message.version);
  row.created_at = context.now;
  row.id = context.tables.outbox().insert(row);
  auto outbound = assemble_outbound(context.tables, row);
  if (!outbound) return outbound.error();
  if (auto fit = connector.validate(*outbound); !fit) return fit.error();
  return row;
}

/// Where customers come to us nothing is transferred: they read it from the store, so this transaction settles it.
void hand_over(Context& context, const storage::OutboxRow& row, const connectors::Connector& connector) {
  if (dynamic_cast<const connectors::ServesVisitors*>(&connector) == nullptr) return;
  const auto outbound = assemble_outbound(context.tables, row);
  if (!outbound) return;
  const auto step = connector.next_send_step(*outbound, {});
  Context acting{context.tables, context.now, {ActorKind::system, 0}, "delivery.settle"};
  if (const auto* outcome = std::get_if<SendOutcome>(&step)) settle(acting, {row.id, row.attempt, *outcome, {}});
}

Result<Outcome> insert_message(Context& context, const Agent& principal, const Conversation& before,
                               const SendMessage& command, const ReplySurroundings& surroundings, Found how) {
  const auto* connector = command.note ? nullptr : surroundings.channels.find(before.inbox);
  Message message = draft(context, principal, before, command);
  if (!command.note) {
    if (auto added = add_head(context.tables, *connector, before, command.recipients, message); !added)
      return added.error();
  }
  message.id = context.tables.messages().insert(message);
  if (auto done = attach(context, principal, command, message.id, before.inbox); !done) return done.error();
  std::optional<storage::OutboxRow> row;
  if (!command.note) {
    OutboxPayload payload;
    payload.message_template = command.message_template;
    auto queued = queue(context, message, OutboxAction::send, payload, *connector, surroundings.epoch);
    if (!queued) return queued.error();
    row = *queued;
  }
  Conversation after = before;
  after.last_message_at = context.now;
  if (!command.note) after.unread = 0;
  auto sequence = record(context, message, EventType::message_created);
  if (how == Found::existing) sequence = announce(context, before, after);
  audit(context, "message", message.id.value);
  if (row) {
    hand_over(context, *row, *connector);
    sequence = context.tables.events().head();
  }
  return Outcome{ObjectKind::message, message.id.value, sequence};
}

}  // namespace

Result<Message> visible_message(const storage::Tables& tables, const Agent& principal, MessageId id) {
  auto message = tables.messages().find(id);
  const auto name = "message " + to_string(id);
  if (!message) return not_found("there is no " + name);
  if (auto seen = require(principal, Action::see, {message->inbox}, name); !seen) return seen.error();
  return *message;
}

Result<Outcome> send_message(Context& context, const Agent& principal, const SendMessage& command,
                             const ReplySurroundings& surroundings) {
  if (auto fine = check_shape(command); !fine) return fine.error();
  const auto conversation = visible_conversation(context.tables, principal, command.conversation);
  if (!conversation) return conversation.error();
  const auto action = command.note ? Action::note : Action::reply;
  if (auto allowed = require(principal, action, {conversation->inbox}, "conversation " + to_string(conversation->id));
      !allowed)
    return allowed.error();
  if (auto unmoved = check_if_seen(context.tables, command, principal.id, surroundings.epoch); !unmoved)
    return unmoved.error();
  if (command.reply_to) {
    const auto quoted = context.tables.messages().find(*command.reply_to);
    if (!quoted || quoted->conversation != conversation->id)
      return bad_request("`reply_to` names no message of this conversation");
  }
  if (!command.note) {
    if (conversation->status == ConversationStatus::closed)
      return Error{ErrorCode::conflict, "a closed conversation is final; start a new one with the customer", {}};
    const auto* connector = surroundings.channels.find(conversation->inbox);
    if (auto fine = check_channel(context, *conversation, connector, command.message_template.has_value()); !fine)
      return fine.error();
  }
  return insert_message(context, principal, *conversation, command, surroundings, Found::existing);
}

namespace {

/// A chat has one conversation with a person; where messages have recipients of their own, each start is a new one.
FoundConversation place_first(const Context& context, const Inbox& inbox, const Identity& identity,
                              const std::string& subject, const connectors::Connector& connector) {
  if (connector.capabilities().copies != Support::full) return find_or_draft(context, inbox, identity, subject);
  return {draft_conversation(context, inbox, identity, subject, nullptr), Found::draft};
}

}  // namespace

Result<Outcome> start_conversation(Context& context, const Agent& principal, const StartConversation& command,
                                   const ReplySurroundings& surroundings) {
  const auto inbox = context.tables.inboxes().find_by_name(command.inbox);
  const auto name = "inbox " + command.inbox;
  if (!inbox) return not_found("there is no " + name);
  if (auto allowed = require(principal, Action::start_conversation, {inbox->id}, name); !allowed)
    return allowed.error();
  const auto* connector = surroundings.channels.find(inbox->id);
  if (connector == nullptr)
    return Error{ErrorCode::channel_unavailable, "the " + name + " is disabled or no longer configured", {}};
  const auto* starter = dynamic_cast<const connectors::StartsConversations*>(connector);
  if (starter == nullptr) return bad_request("the channel of the " + name + " cannot write first; the customer has to");
  const auto recipient = starter->recipient(command.to);
  if (!recipient) return recipient.error();

  SendMessage first;
  first.text = command.text;
  first.message_template = command.message_template;
  if (auto fine = check_shape(first); !fine) return fine.error();
  if (command.subject.size() > subject_bytes_max)
    return bad_request("`subject` is longer than " + std::to_string(subject_bytes_max) + " bytes");
  const Identity identity = identify(context, *inbox, *recipient);
  auto [conversation, how] = place_first(context, *inbox, identity, command.subject, *connector);
  if (auto fine = check_channel(context, conversation, connector, first.message_template.has_value()); !fine)
    return fine.error();
  // A draft is already as its first message leaves it: ours, and now.
  if (how == Found::draft) open(context, conversation);
  first.conversation = conversation.id;
  first.recipients = command.copies;
  auto sent = insert_message(context, principal, conversation, first, surroundings, how);
  if (!sent) return sent.error();
  return Outcome{ObjectKind::conversation, conversation.id.value, sent->sequence};
}

namespace {

Result<void> own_note(const Message& note, const Agent& principal) {
  if (note.author.id != principal.id.value) return forbidden("a note can be changed and deleted by its author only");
  if (note.deleted_at) return Error{ErrorCode::conflict, "the note " + to_string(note.id) + " is deleted", {}};
  return {};
}

Outcome store_note(Context& context, Message& note) {
  ++note.version;
  context.tables.messages().update(note);
  audit(context, "message", note.id.value);
  return Outcome{ObjectKind::message, note.id.value, record(context, note, EventType::message_updated)};
}

enum class Ownership { ours, anybodys };

/// A message that the customer has (its external id is known), on a channel that offers `Interface`.
template <class Interface>
Result<Message> changeable(Context& context, const Agent& principal, MessageId id, const ChannelDirectory& channels,
                           Ownership ownership, std::string_view what) {
  auto message = visible_message(context.tables, principal, id);
  if (!message) return message.error();
  const auto name = "message " + to_string(id);
  if (auto allowed = require(principal, Action::reply, {message->inbox}, name); !allowed) return allowed.error();
  if (ownership == Ownership::ours && message->direction != Direction::out)
    return bad_request("only a reply of ours can be changed; " + name + " is not one");
  if (message->deleted_at) return Error{ErrorCode::conflict, name + " is deleted", {}};
  const auto* connector = channels.find(message->inbox);
  if (connector == nullptr)
    return Error{ErrorCode::channel_unavailable, "the inbox of " + name + " is disabled or no longer configured", {}};
  if (dynamic_cast<const Interface*>(connector) == nullptr)
    return bad_request("this channel cannot " + std::string(what));
  if (context.tables.messages().external_ids(id).empty())
    return Error{ErrorCode::conflict, name + " has not reached the customer yet", {}};
  return *message;
}

}  // namespace

Result<Outcome> edit_message(Context& context, const Agent& principal, const EditMessage& command,
                             const ReplySurroundings& surroundings) {
  if (command.text.empty() || command.text.size() > text_bytes_max || command.html.size() > text_bytes_max)
    return bad_request("`text` needs 1 to " + std::to_string(text_bytes_max) + " bytes");
  auto found = visible_message(context.tables, principal, command.message);
  if (!found) return found.error();
  if (found->note) {
    if (auto mine = own_note(*found, principal); !mine) return mine.error();
    Message note = *found;
    note.text = command.text;
    note.html = command.html;
    note.edited_at = context.now;
    return store_note(context, note);
  }
  auto message = changeable<connectors::Edits>(context, principal, command.message, surroundings.channels,
                                               Ownership::ours, "edit messages");
  if (!message) return message.error();
  OutboxPayload payload;
  payload.text = command.text;
  payload.html = command.html;
  auto queued = queue(context, *message, OutboxAction::edit, payload, *surroundings.channels.find(message->inbox),
                      surroundings.epoch);
  if (!queued) return queued.error();
  hand_over(context, *queued, *surroundings.channels.find(message->inbox));
  audit(context, "message", message->id.value);
  return Outcome{ObjectKind::message, message->id.value, 0};
}

Result<Outcome> delete_message(Context& context, const Agent& principal, MessageId id,
                               const ReplySurroundings& surroundings) {
  auto found = visible_message(context.tables, principal, id);
  if (!found) return found.error();
  if (found->note) {
    if (auto mine = own_note(*found, principal); !mine) return mine.error();
    Message note = *found;
    note.deleted_at = context.now;
    return store_note(context, note);
  }
  auto message =
      changeable<connectors::Erases>(context, principal, id, surroundings.channels, Ownership::ours, "delete messages");
  if (!message) return message.error();
  auto queued = queue(context, *message, OutboxAction::erase, {}, *surroundings.channels.find(message->inbox),
                      surroundings.epoch);
  if (!queued) return queued.error();
  hand_over(context, *queued, *surroundings.channels.find(message->inbox));
  audit(context, "message", id.value);
  return Outcome{ObjectKind::message, id.value, 0};
}

Result<Outcome> react_to_message(Context& context, const Agent& principal, const ReactToMessage& command,
                                 const ReplySurroundings& surroundings) {
  constexpr std::size_t emoji_bytes_max = 64;
  if (command.emoji.size() > emoji_bytes_max) return bad_request("`emoji` takes one emoji");
  auto message = changeable<connectors::Reacts>(context, principal, command.message, surroundings.channels,
                                                Ownership::anybodys, "react to messages");
  if (!message) return message.error();
  OutboxPayload payload;
  payload.emoji = command.emoji;
  auto queued = queue(context, *message, OutboxAction::react, payload, *surroundings.channels.find(message->inbox),
                      surroundings.epoch);
  if (!queued) return queued.error();
  return Outcome{ObjectKind::message, message->id.value, 0};
}

}  // namespace inboxd::core
