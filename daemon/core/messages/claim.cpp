#include "daemon/core/messages/claim.hpp"

#include "connectors/sdk/exchange_json.hpp"
#include "daemon/core/messages/outbound.hpp"
#include "daemon/core/messages/outbox_row.hpp"
#include "daemon/core/messages/receipts.hpp"
#include "daemon/core/messages/settle.hpp"

namespace inboxd::core {
namespace {

storage::InFlight in_flight_of(const connectors::SendStep& step) {
  const auto* transfer = std::get_if<connectors::Transfer>(&step);
  if (transfer == nullptr) return storage::InFlight::none;
  return transfer->repeatable ? storage::InFlight::repeatable : storage::InFlight::unrepeatable;
}

/// The reply window may have closed while the reply waited.
bool window_closed(const Context& context, const storage::OutboxRow& row, const Outbound& outbound,
                   const connectors::Connector& connector) {
  if (row.action != OutboxAction::send || outbound.message_template || !connector.capabilities().reply_window)
    return false;
  const auto conversation = context.tables.conversations().find(row.conversation);
  return conversation && conversation->reply_window_ends_at && *conversation->reply_window_ends_at <= context.now;
}

void mark_sending(Context& context, storage::OutboxRow& row, const Claim& claim, const connectors::SendStep& first) {
  row.state = DeliveryState::sending;
  row.owner = claim.owner;
  row.lease_until = claim.lease_until;
  row.in_flight = in_flight_of(first);
  if (const auto* transfer = std::get_if<connectors::Transfer>(&first)) set_partial(context, row, transfer->partial);
  context.tables.outbox().update(row);
  if (row.action != OutboxAction::send) return;
  if (auto message = context.tables.messages().find(row.message))
    move_delivery(context, *message, DeliveryState::sending, std::nullopt);
}

std::optional<Claimed> claim_row(Context& context, const ChannelDirectory& channels, const Claim& claim, OutboxId id) {
  auto row = context.tables.outbox().find(id);
  if (!row || row->state != DeliveryState::queued || row->held) return std::nullopt;
  // Settled, put off or paused since it was looked for.
  if (row->next_try_at && *row->next_try_at > context.now) return std::nullopt;
  const auto inbox = context.tables.inboxes().find(row->inbox);
  if (!inbox || inbox->outbound_paused) return std::nullopt;
  const auto* connector = channels.find(row->inbox);
  if (connector == nullptr) return std::nullopt;
  auto outbound = assemble_outbound(context.tables, *row);
  if (!outbound) {
    settle(context, {row->id, row->attempt, Rejected{"incomplete", outbound.error().detail, false}, {}});
    return std::nullopt;
  }
  if (window_closed(context, *row, *outbound, *connector)) {
    settle(context, {row->id,
                     row->attempt,
                     Rejected{"window_closed", "the channel's reply window closed before it was sent", false},
                     {}});
    return std::nullopt;
  }
  const auto done = connectors::exchanges_from_text(row->exchanges);
  auto first = connector->next_send_step(*outbound, done);
  mark_sending(context, *row, claim, first);
  return Claimed{*row, std::move(*outbound), std::move(first)};
}

}  // namespace

std::vector<Claimed> claim(Context& context, const ChannelDirectory& channels, const Claim& wanted) {
  std::vector<Claimed> claimed;
  for (const auto id : wanted.rows)
    if (auto row = claim_row(context, channels, wanted, id)) claimed.push_back(std::move(*row));
  return claimed;
}

Result<bool> note_step(Context& context, const NoteStep& note) {
  auto row = context.tables.outbox().find(note.row);
  if (!row || row->state != DeliveryState::sending || row->owner != note.owner) return false;
  row->in_flight = note.in_flight;
  row->exchanges = connectors::exchanges_to_text(note.done);
  row->lease_until = note.lease_until;
  set_partial(context, *row, note.partial);
  context.tables.outbox().update(*row);
  return true;
}

int recover_abandoned(Context& context, std::string_view owner, int limit) {
  const auto rows = context.tables.outbox().abandoned(owner, context.now, limit);
  for (const auto& row : rows) {
    // What finished before the end is kept: a new attempt goes on from there.
    const auto done = connectors::exchanges_from_text(row.exchanges);
    if (row.in_flight == storage::InFlight::unrepeatable) {
      settle(context,
             {row.id, row.attempt,
              Unknown{"inboxd stopped while the request was on its way; it may or may not have arrived"}, done});
    } else {
      settle(context, {row.id, row.attempt,
                       RetryAfter{Milliseconds{1}, "interrupted", "inboxd stopped before it was sent", {}}, done});
    }
  }
  return static_cast<int>(rows.size());
}

}  // namespace inboxd::core
