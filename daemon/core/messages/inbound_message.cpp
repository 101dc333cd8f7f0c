#include "daemon/core/messages/inbound_message.hpp"

#include <algorithm>

#include "daemon/core/contacts/identify.hpp"
#include "daemon/core/conversations/change.hpp"
#include "daemon/core/conversations/place.hpp"
#include "daemon/core/messages/automatic_answer.hpp"

namespace inboxd::core {
namespace {

/// Status after a customer wrote: whatever waited for the customer is open again.
void reopen(Context& context, const Conversation& before, Conversation& after) {
  after.status = ConversationStatus::open;
  follow_status(context, before, after, std::chrono::days{0});
}

void extend_reply_window(const ChannelDirectory& channels, Timestamp written_at, Conversation& conversation) {
  const auto* connector = channels.find(conversation.inbox);
  if (connector == nullptr) return;
  if (const auto window = connector->capabilities().reply_window)
    conversation.reply_window_ends_at =
        std::max(conversation.reply_window_ends_at.value_or(Timestamp{}), written_at + *window);
}

void move_by_customer(Context& context, const ChannelDirectory& channels, const MessageReceived& event,
                      Timestamp written_at, const Conversation& before, Conversation& after) {
  // What answers by itself says nothing of its owner: it is shown, and waits for nobody.
  if (event.automation == Automation::reply && before.id.value != 0) return;
  after.unread += 1;
  after.last_customer_message_at = std::max(after.last_customer_message_at.value_or(Timestamp{}), written_at);
  if (event.opens_reply_window) extend_reply_window(channels, written_at, after);
  reopen(context, before, after);
}

Message to_message(Context& context, const MessageReceived& event, Timestamp written_at,
                   const Conversation& conversation, const Author& author) {
  Message message;
  message.conversation = conversation.id;
  message.inbox = conversation.inbox;
  message.direction = event.direction;
  message.kind = event.kind;
  message.author = author;
  message.text = event.text;
  message.html = event.html;
  message.content = event.content;
  if (!event.group.empty()) message.group = event.group;
  if (!event.external_id.empty()) message.external_id = event.external_id;
  if (!event.reply_to.empty())
    message.reply_to = context.tables.messages().find_by_external(conversation.inbox, event.reply_to);
  if (event.direction == Direction::out)
    message.delivery = Delivery{DeliveryState::sent, 1, {event.external_id}, std::nullopt};
  message.created_at = written_at;
  message.received_at = context.now;
  return message;
}

/// Those by which what this message answers may still be known when it comes; the most telling stand first.
std::vector<std::string> first_references(const PlacementHints& hints) {
  constexpr std::size_t awaited_references_max = 10;
  const auto count = std::min(hints.references.size(), awaited_references_max);
  return {hints.references.begin(), hints.references.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

void insert_attachments(Context& context, const std::vector<InboundAttachment>& attachments, const Message& message) {
  for (const auto& inbound : attachments) {
    storage::AttachmentRow row;
    row.attachment.name = inbound.name;
    row.attachment.mime = inbound.mime;
    row.attachment.size = inbound.size.value_or(0);
    row.message = message.id;
    row.inbox = message.inbox;
    row.reference = inbound.reference;
    row.sha256 = inbound.sha256;
    row.attachment.content_id = inbound.content_id;
    if (inbound.blob) {
      row.attachment.size = inbound.blob->size;
      row.attachment.state = AttachmentState::ready;
      row.blob_hash = inbound.blob->hash;
    } else {
      row.next_attempt_at = context.now;
    }
    row.created_at = context.now;
    context.tables.attachments().insert(row);
  }
}

Context as_contact(Context& context, ContactId contact, std::string_view cause) {
  return {context.tables, context.now, {ActorKind::contact, contact.value}, cause};
}

std::optional<MessageId> receive_message(Context& context, const ChannelDirectory& channels, const Inbox& inbox,
                                         const MessageReceived& event, OriginalSource& original,
                                         const History* history) {
  // A provider that gives no time leaves ours.
  const Timestamp written_at = event.created_at == Timestamp{} ? context.now : event.created_at;
  if (event.direction == Direction::out && context.tables.messages().find_by_external(inbox.id, event.external_id))
    return std::nullopt;

  const Identity thread = identify(context, inbox, event.thread);
  const Identity sender = event.sender ? identify(context, inbox, *event.sender) : thread;
  const bool from_customer = event.direction == Direction::in;
  // An import is the operator's doing, whoever wrote then.
  Context acting =
      from_customer && history == nullptr ? as_contact(context, sender.contact, "message.receive") : context;
  if (from_customer && history == nullptr && event.automation == Automation::none &&
      event.kind != MessageKind::activity)
    take_for_reachable(acting, sender);
  const auto [conversation, how, why] =
      place(acting, inbox, thread, event, history == nullptr ? ClosedOnes::are_continued : ClosedOnes::are_joined);

  Conversation moved = conversation;
  if (history != nullptr) {
    move_by_history(*history, event, written_at, how == Found::draft ? OldMessageIn::draft : OldMessageIn::existing,
                    moved);
  } else if (event.kind != MessageKind::activity) {
    moved.last_message_at = context.now;
    if (from_customer) move_by_customer(acting, channels, event, written_at, conversation, moved);
  }
  if (how == Found::draft) open(acting, moved);
  const Author author =
      from_customer ? Author{AuthorKind::contact, sender.contact.value, {}} : Author{AuthorKind::agent, 0, {}};
  Message message = to_message(acting, event, written_at, moved, author);
  message.content.placed_by = why;
  message.id = acting.tables.messages().insert(message);
  if (event.placement && why == "new")
    acting.tables.messages().await_references(message.id, inbox.id, first_references(*event.placement), context.now);
  insert_attachments(acting, event.attachments, message);
  acting.tables.originals().link(original.id(), message.id);

  record(acting, message, EventType::message_created);
  if (how == Found::existing && moved != conversation) announce(acting, conversation, moved);
  if (how == Found::existing) return message.id;
  if (history != nullptr)
    follow_history(acting, *history, moved);
  else
    answer_automatically(acting, channels, moved, sender, event, written_at);
  return message.id;
}

}  // namespace inboxd::core
