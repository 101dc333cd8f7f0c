// A held row and its message are marked together, so that agents see why it waits.
#include "daemon/core/messages/hold.hpp"

#include "connectors/sdk/exchange_json.hpp"
#include "daemon/core/access/authorize.hpp"
#include "daemon/core/messages/receipts.hpp"
#include "daemon/core/messages/settle.hpp"

namespace inboxd::core {
namespace {

void mark(Context& context, storage::OutboxRow row, storage::Held held) {
  row.held = held == storage::Held::yes;
  if (!row.held) row.tries = 0;
  context.tables.outbox().update(row);
  if (row.action != OutboxAction::send) return;
  auto message = context.tables.messages().find(row.message);
  // A reply of which a part has failed says that.
  if (!message || !message->delivery || message->delivery->state != DeliveryState::queued) return;
  message->delivery->reason.reset();
  if (row.held)
    message->delivery->reason =
        DeliveryReason{"held", "it waits since a backup was restored, until an operator releases the outbox"};
  announce_delivery(context, *message, message->delivery->state);
}

}  // namespace

int hold_outbox(Context& context, int limit) {
  auto& outbox = context.tables.outbox();
  int taken = 0;
  for (const auto& row : outbox.list({DeliveryState::sending}, std::nullopt, limit)) {
    settle(context, {row.id, row.attempt,
                     Unknown{"a backup was restored that was made while this was on its way; it may have arrived"},
                     connectors::exchanges_from_text(row.exchanges)});
    ++taken;
  }
  for (const auto& row : outbox.queued(storage::Held::no, limit - taken)) {
    mark(context, row, storage::Held::yes);
    ++taken;
  }
  return taken;
}

Result<int> release_outbox(Context& context, const Agent& principal, int limit) {
  if (auto allowed = require(principal, Action::operate_outbox, {}, "the outbox"); !allowed) return allowed.error();
  const auto rows = context.tables.outbox().queued(storage::Held::yes, limit);
  for (const auto& row : rows) mark(context, row, storage::Held::no);
  audit(context, "outbox", 0);
  return static_cast<int>(rows.size());
}

}  // namespace inboxd::core
