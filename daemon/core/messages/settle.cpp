#include "daemon/core/messages/settle.hpp"

#include <algorithm>

#include "connectors/sdk/exchange_json.hpp"
#include "daemon/core/access/authorize.hpp"
#include "daemon/core/inboxes/health.hpp"
#include "daemon/core/messages/outbound_effects.hpp"
#include "daemon/core/messages/receipts.hpp"
#include "daemon/core/messages/reply.hpp"
#include "daemon/core/visitors/chat.hpp"

namespace inboxd::core {
namespace {

using storage::InFlight;
using storage::OutboxRow;

void finish_row(Context& context, OutboxRow& row, DeliveryState state) {
  row.state = state;
  row.owner.clear();
  row.lease_until.reset();
  row.next_try_at.reset();
  row.in_flight = InFlight::none;
  context.tables.outbox().update(row);
}

/// A new attempt, from queued; what finished steps brought is kept.
void queue_again(Context& context, OutboxRow& row, Timestamp at, const DeliveryReason& reason) {
  row.state = DeliveryState::queued;
  row.owner.clear();
  row.lease_until.reset();
  row.in_flight = InFlight::none;
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

Milliseconds backoff(int tries) {
  auto delay = first_backoff;
  for (int i = 1; i < tries && delay < longest_backoff; ++i) delay *= 2;
  return std::min(delay, longest_backoff);
}

struct ApplyOutcome {
  Context& context;
  OutboxRow& row;
  const connectors::Exchanges& done;

  void move_message(DeliveryState state, const std::optional<DeliveryReason>& reason) const {
    if (row.action != OutboxAction::send) return;
    if (auto message = context.tables.messages().find(row.message)) move_delivery(context, *message, state, reason);
  }

  void operator()(const Accepted& accepted) const {
    finish_row(context, row, DeliveryState::sent);
    if (row.action != OutboxAction::send) return apply_accepted_change(context, row);
    context.tables.messages().add_external_ids(row.message, accepted.external_ids);
    auto message = context.tables.messages().find(row.message);
    if (!message) return;
    move_delivery(context, *message, DeliveryState::sent, std::nullopt);
    show_in_chat(context, *message);
    apply_parked(context, *message, accepted.external_ids);
  }

  void operator()(const RetryAfter& retry) const {
    if (context.now - row.created_at > gives_up_after)
      return (*this)(Rejected{"gave_up", "not sent within a day; last: " + retry.why, false});
    ++row.tries;
    row.exchanges = connectors::exchanges_to_text(done);
    const auto wanted = retry.delay.count() > 0 ? retry.delay : backoff(row.tries);
    const auto delay = std::min(wanted, Milliseconds{gives_up_after});
    queue_again(context, row, context.now + delay, {retry.code, retry.why});
  }

  void operator()(const NeedsAttention& attention) const {
    row.exchanges = connectors::exchanges_to_text(done);
    queue_again(context, row, context.now, {attention.code, attention.why});
    pause_outbound(context, row.inbox, attention.code, attention.why);
  }

  void operator()(const Rejected& rejected) const {
    finish_row(context, row, DeliveryState::failed);
    if (rejected.unreachable) mark_unreachable(context, row.conversation);
    if (row.action != OutboxAction::send) return report_refused_change(context, row, rejected);
    move_message(DeliveryState::failed, DeliveryReason{rejected.code, rejected.why});
  }

  void operator()(const Unknown& unknown) const {
    finish_row(context, row, DeliveryState::uncertain);
    if (row.action != OutboxAction::send) return report_refused_change(context, row, {"uncertain", unknown.why, false});
    move_message(DeliveryState::uncertain, DeliveryReason{"uncertain", unknown.why});
  }
};

Result<OutboxRow> settleable(Context& context, const Agent& principal, const Message& message) {
  const bool own = message.author.kind == AuthorKind::agent && message.author.id == principal.id.value;
  const auto name = "message " + to_string(message.id);
  if (auto allowed = require(principal, own ? Action::settle_own_send : Action::settle_send, {message.inbox}, name);
      !allowed)
    return allowed.error();
  const auto row = context.tables.outbox().send_of(message.id);
  if (!row || !message.delivery) return bad_request(name + " was not sent by us");
  return *row;
}

}  // namespace

void settle(Context& context, const Settlement& settlement) {
  auto row = context.tables.outbox().find(settlement.row);
  if (!row || row->attempt != settlement.attempt) return;
  // An echo may have told the truth before our own answer came: ids are still worth keeping.
  if (row->state == DeliveryState::sent || row->state == DeliveryState::failed) {
    if (const auto* accepted = std::get_if<Accepted>(&settlement.outcome))
      context.tables.messages().add_external_ids(row->message, accepted->external_ids);
    return;
  }
  std::visit(ApplyOutcome{context, *row, settlement.done}, settlement.outcome);
}

Result<Outcome> retry_message(Context& context, const Agent& principal, MessageId id, Duplicates duplicates) {
  auto message = visible_message(context.tables, principal, id);
  if (!message) return message.error();
  auto row = settleable(context, principal, *message);
  if (!row) return row.error();
  const auto state = message->delivery->state;
  if (state != DeliveryState::failed && state != DeliveryState::uncertain)
    return Error{ErrorCode::conflict,
                 "only a failed or uncertain message can be sent again; this one is " + std::string(enum_name(state)),
                 {}};
  if (state == DeliveryState::uncertain && duplicates == Duplicates::refuse)
    return Error{ErrorCode::conflict,
                 "it may have been delivered: pass \"accept_duplicate\": true to send it again, or resolve it",
                 {}};
  row->tries = 0;
  row->created_at = context.now;
  row->exchanges.clear();
  queue_again(context, *row, context.now, {"retried", "sent again by an agent"});
  audit(context, "message", id.value);
  return Outcome{ObjectKind::message, id.value, context.tables.events().head()};
}

Result<Outcome> resolve_message(Context& context, const Agent& principal, MessageId id, ResolveAs as) {
  auto message = visible_message(context.tables, principal, id);
  if (!message) return message.error();
  auto row = settleable(context, principal, *message);
  if (!row) return row.error();
  if (message->delivery->state != DeliveryState::uncertain)
    return Error{ErrorCode::conflict, "only an uncertain message can be resolved by hand", {}};
  const auto state = as == ResolveAs::sent ? DeliveryState::sent : DeliveryState::failed;
  finish_row(context, *row, state);
  const auto sequence = move_delivery(context, *message, state, DeliveryReason{"resolved", "settled by an agent"});
  audit(context, "message", id.value);
  return Outcome{ObjectKind::message, id.value, sequence};
}

Result<Outcome> cancel_send(Context& context, const Agent& principal, OutboxId id) {
  auto row = context.tables.outbox().find(id);
  const auto name = "outbox row " + to_string(id);
  if (!row) return not_found("there is no " + name);
  if (auto allowed = require(principal, Action::operate_outbox, {row->inbox}, name); !allowed) return allowed.error();
  if (row->state != DeliveryState::queued)
    return Error{
        ErrorCode::conflict, "only what is queued can be cancelled; this is " + std::string(enum_name(row->state)), {}};
  finish_row(context, *row, DeliveryState::failed);
  const Rejected cancelled{"cancelled", "cancelled before it was sent", false};
  auto message = context.tables.messages().find(row->message);
  if (row->action != OutboxAction::send) {
    report_refused_change(context, *row, cancelled);
  } else if (message) {
    move_delivery(context, *message, DeliveryState::failed, DeliveryReason{cancelled.code, cancelled.why});
  }
  audit(context, "outbox", id.value);
  return Outcome{ObjectKind::outbox, id.value, context.tables.events().head()};
}

Result<int> release_outbox(Context& context, const Agent& principal) {
  if (auto allowed = require(principal, Action::operate_outbox, {}, "the outbox"); !allowed) return allowed.error();
  const int released = context.tables.outbox().set_held(false);
  audit(context, "outbox", 0);
  return released;
}

}  // namespace inboxd::core
