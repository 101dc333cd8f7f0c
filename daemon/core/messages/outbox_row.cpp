// The row is updated first, then its message, which announces what agents see.
#include "daemon/core/messages/outbox_row.hpp"

#include "daemon/core/messages/receipts.hpp"
#include "schemas/json/outbox.hpp"

namespace inboxd::core {

void finish_row(Context& context, storage::OutboxRow& row, DeliveryState state) {
  row.state = state;
  row.owner.clear();
  row.lease_until.reset();
  row.next_try_at.reset();
  row.in_flight = storage::InFlight::none;
  row.held = false;
  context.tables.outbox().update(row);
}

namespace {

void queue_row(Context& context, storage::OutboxRow& row, Timestamp at) {
  row.state = DeliveryState::queued;
  row.owner.clear();
  row.lease_until.reset();
  row.in_flight = storage::InFlight::none;
  row.next_try_at = at;
  ++row.attempt;
  context.tables.outbox().update(row);
}

std::optional<Message> message_of(Context& context, const storage::OutboxRow& row) {
  if (row.action != OutboxAction::send) return std::nullopt;
  auto message = context.tables.messages().find(row.message);
  return message && message->delivery ? std::move(message) : std::nullopt;
}

void show_queued(Context& context, Message& message, const storage::OutboxRow& row, const DeliveryReason& reason) {
  const auto before = message.delivery->state;
  message.delivery->state = DeliveryState::queued;
  message.delivery->attempt = row.attempt;
  message.delivery->reason = reason;
  announce_delivery(context, message, before);
}

}  // namespace

void queue_again(Context& context, storage::OutboxRow& row, Timestamp at, const DeliveryReason& reason) {
  queue_row(context, row, at);
  auto message = message_of(context, row);
  if (message && message->delivery->state != DeliveryState::failed) show_queued(context, *message, row, reason);
}

void queue_by_hand(Context& context, storage::OutboxRow& row, const DeliveryReason& reason) {
  queue_row(context, row, context.now);
  if (auto message = message_of(context, row)) show_queued(context, *message, row, reason);
}

PartialDelivery partial_of(const storage::OutboxRow& row) {
  if (row.action != OutboxAction::send || row.payload.empty()) return {};
  return payload_from_text(row.payload).partial;
}

void set_partial(Context& context, storage::OutboxRow& row, const PartialDelivery& partial) {
  if (partial_of(row) == partial) return;
  auto payload = payload_from_text(row.payload);
  payload.partial = partial;
  row.payload = payload_to_text(payload);
  context.tables.messages().add_external_ids(row.message, partial.delivered);
}

std::vector<std::string> parts_of(const storage::OutboxRow& row) {
  if (row.action != OutboxAction::send || row.payload.empty()) return {};
  return payload_from_text(row.payload).parts;
}

void set_parts(storage::OutboxRow& row, const std::vector<std::string>& external_ids) {
  const auto parts = external_ids.size() < 2 ? std::vector<std::string>() : external_ids;
  if (parts_of(row) == parts) return;
  auto payload = payload_from_text(row.payload);
  payload.parts = parts;
  row.payload = payload_to_text(payload);
}

bool has_several_parts(const storage::OutboxRow& row, const Message& message) {
  if (const auto* mail = std::get_if<EmailContent>(&message.content.detail))
    return mail->to.size() + mail->cc.size() + mail->bcc.size() > 1;
  const auto partial = partial_of(row);
  return partial.more_to_come || !partial.delivered.empty() || !parts_of(row).empty();
}

std::string arrived_so_far(const storage::OutboxRow& row) {
  const auto count = partial_of(row).delivered.size();
  if (count == 0) return {};
  if (count == 1) return "The first message of this reply arrived; ";
  return "The first " + std::to_string(count) + " messages of this reply arrived; ";
}

}  // namespace inboxd::core
