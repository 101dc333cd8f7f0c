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

void queue_again(Context& context, storage::OutboxRow& row, Timestamp at, const DeliveryReason& reason) {
  row.state = DeliveryState::queued;
  row.owner.clear();
  row.lease_until.reset();
  row.in_flight = storage::InFlight::none;
  row.next_try_at = at;
  ++row.attempt;
  context.tables.outbox().update(row);
  if (row.action != OutboxAction::send) return;
  auto message = context.tables.messages().find(row.message);
  if (!message || !message->delivery) return;
  const auto before = message->delivery->state;
  message->delivery->state = DeliveryState::queued;
  message->delivery->attempt = row.attempt;
  message->delivery->reason = reason;
  announce_delivery(context, *message, before);
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

std::string arrived_so_far(const storage::OutboxRow& row) {
  const auto count = partial_of(row).delivered.size();
  if (count == 0) return {};
  if (count == 1) return "The first message of this reply arrived; ";
  return "The first " + std::to_string(count) + " messages of this reply arrived; ";
}

}  // namespace inboxd::core
