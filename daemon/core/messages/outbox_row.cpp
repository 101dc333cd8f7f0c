// The row is updated first, then its message, which announces what agents see.
#include "daemon/core/messages/outbox_row.hpp"

#include "daemon/core/messages/receipts.hpp"

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

}  // namespace inboxd::core
