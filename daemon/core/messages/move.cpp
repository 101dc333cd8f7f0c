#include "daemon/core/messages/move.hpp"

#include "daemon/core/access/authorize.hpp"
#include "daemon/core/conversations/change.hpp"
#include "daemon/core/conversations/open.hpp"
#include "daemon/core/messages/reply.hpp"

namespace inboxd::core {
namespace {

Result<Message> movable(const Context& context, const Agent& principal, MessageId id,
                        const ChannelDirectory& channels) {
  auto message = visible_message(context.tables, principal, id);
  if (!message) return message.error();
  const auto name = "message " + to_string(id);
  if (auto allowed = require(principal, Action::change_conversation, {message->inbox}, name); !allowed)
    return allowed.error();
  if (message->direction != Direction::in)
    return bad_request("only a customer's message can be moved; " + name + " is not one");
  const auto* connector = channels.find(message->inbox);
  if (connector == nullptr || connector->capabilities().copies != Support::full)
    return bad_request("on this channel a customer has one conversation: nothing can be moved to another");
  return message;
}

/// With the author as the inbox knows them: a conversation belongs to an identity.
Result<Conversation> new_conversation(const Context& context, const Message& message, const Conversation& old) {
  const auto inbox = context.tables.inboxes().find(message.inbox);
  const auto* email = std::get_if<EmailContent>(&message.content.detail);
  const auto author =
      email != nullptr ? context.tables.contacts().find_identity(message.inbox, email->from.address) : std::nullopt;
  const auto identity = author ? author : context.tables.contacts().find_identity(old.identity);
  if (!inbox || !identity) return not_found("the author of message " + to_string(message.id) + " is gone");
  return draft_conversation(context, *inbox, *identity, email != nullptr ? email->subject : old.subject, nullptr);
}

void gain(const Message& message, Conversation& conversation) {
  conversation.last_message_at = std::max(conversation.last_message_at, message.received_at);
  conversation.last_customer_message_at =
      std::max(conversation.last_customer_message_at.value_or(Timestamp{}), message.created_at);
  conversation.unread += 1;
}

Result<Conversation> destination(Context& context, const Agent& principal, const MoveMessage& command,
                                 const Message& message, const Conversation& old) {
  if (!command.conversation) {
    auto fresh = new_conversation(context, message, old);
    if (!fresh) return fresh.error();
    gain(message, *fresh);
    open(context, *fresh);
    return fresh;
  }
  auto found = visible_conversation(context.tables, principal, *command.conversation);
  if (!found) return found.error();
  if (found->inbox != message.inbox) return bad_request("`conversation` is of another inbox than the message");
  if (found->id == message.conversation) return bad_request("the message is in this `conversation` already");
  if (found->status == ConversationStatus::closed)
    return Error{ErrorCode::conflict, "a closed conversation is final; move the message into a new one", {}};
  const Conversation before = *found;
  gain(message, *found);
  announce(context, before, *found);
  return found;
}

}  // namespace

Result<Outcome> move_message(Context& context, const Agent& principal, const MoveMessage& command,
                             const ChannelDirectory& channels) {
  auto message = movable(context, principal, command.message, channels);
  if (!message) return message.error();
  const auto old = context.tables.conversations().find(message->conversation);
  if (!old) return not_found("the conversation of message " + to_string(message->id) + " is gone");
  const auto to = destination(context, principal, command, *message, *old);
  if (!to) return to.error();
  Conversation left = *old;
  left.unread = std::max<std::int64_t>(0, left.unread - 1);
  announce(context, *old, left);

  message->conversation = to->id;
  message->content.placed_by = "agent";
  ++message->version;
  context.tables.messages().move(message->id, to->id, message->version);
  context.tables.messages().update(*message);
  Changes changes;
  changes.add_text("conversation", to_string(old->id), to_string(to->id));
  audit(context, "message", message->id.value, changes);
  return Outcome{ObjectKind::message, message->id.value,
                 record(context, *message, EventType::message_updated, changes)};
}

}  // namespace inboxd::core
