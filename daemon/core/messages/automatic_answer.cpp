#include "daemon/core/messages/automatic_answer.hpp"

#include "schemas/json/outbox.hpp"

namespace inboxd::core {
namespace {

bool may_be_answered(const Context& context, const Conversation& conversation, const Identity& customer,
                     const MessageReceived& event, Timestamp written_at) {
  if (context.now - written_at > automatic_answer_age_max) return false;
  if (event.direction != Direction::in || event.automation != Automation::none || customer.unreachable_since)
    return false;
  const auto& messages = context.tables.messages();
  return messages.automatic_answers(customer.id, context.now - automatic_answer_pause) == 0 &&
         messages.automatic_answers(conversation.inbox, context.now - automatic_answers_span) < automatic_answers_max;
}

Message draft(const Context& context, const connectors::Connector& connector, const Conversation& conversation,
              const Identity& customer, std::string text) {
  Message message;
  message.conversation = conversation.id;
  message.inbox = conversation.inbox;
  message.direction = Direction::out;
  message.author = {AuthorKind::system, 0, {}};
  message.text = std::move(text);
  message.delivery = Delivery{};
  message.created_at = message.received_at = context.now;
  if (connector.capabilities().copies == Support::full) {
    // To the writer alone: those whom they copied asked for nothing.
    EmailContent head;
    head.subject = conversation.subject;
    head.from.address = connector.account();
    head.to = {{customer.handle, customer.name}};
    message.content.detail = std::move(head);
  }
  return message;
}

void queue(Context& context, const Message& message) {
  storage::OutboxRow row;
  row.message = message.id;
  row.conversation = message.conversation;
  row.inbox = message.inbox;
  row.action = OutboxAction::send;
  row.payload = payload_to_text({});
  // With the moment in it, so that ids given again after a restore make no second of the same name.
  row.correlation = to_string(message.id) + '.' + std::to_string(to_unix_ms(context.now));
  row.created_at = context.now;
  context.tables.outbox().insert(row);
}

}  // namespace

void answer_automatically(Context& context, const ChannelDirectory& channels, const Conversation& conversation,
                          const Identity& customer, const MessageReceived& event, Timestamp written_at) {
  const auto* connector = channels.find(conversation.inbox);
  const auto* answering = dynamic_cast<const connectors::AnswersAutomatically*>(connector);
  if (answering == nullptr) return;
  auto text = answering->automatic_answer();
  if (text.empty() || !may_be_answered(context, conversation, customer, event, written_at)) return;
  Context acting{context.tables, context.now, {ActorKind::system, 0}, "message.answer_automatically"};
  auto message = draft(acting, *connector, conversation, customer, std::move(text));
  message.id = acting.tables.messages().insert(message);
  queue(acting, message);
  record(acting, message, EventType::message_created);
}

}  // namespace inboxd::core
