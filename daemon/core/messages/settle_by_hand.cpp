// Rights first, then the state that allows it, then the same moves as for outcomes.
#include "daemon/core/messages/settle_by_hand.hpp"

#include <algorithm>
#include <initializer_list>

#include "daemon/core/access/authorize.hpp"
#include "daemon/core/messages/outbound_effects.hpp"
#include "daemon/core/messages/outbox_row.hpp"
#include "daemon/core/messages/receipts.hpp"
#include "daemon/core/messages/reply.hpp"

namespace inboxd::core {
namespace {

using storage::OutboxRow;

Error refused_in(DeliveryState state, std::string_view what) {
  return {ErrorCode::conflict, std::string(what) + "; this is " + std::string(enum_name(state)), {}};
}

/// Of a reply the message's delivery, which receipts move on after the row has ended.
DeliveryState state_of(const OutboxRow& row, const std::optional<Message>& message) {
  const bool reply = row.action == OutboxAction::send && message && message->delivery;
  return reply ? message->delivery->state : row.state;
}

/// The row of this message that is in one of these states: its send, else the newest uncertain change; else the send.
Result<OutboxRow> settleable(Context& context, const Agent& principal, const Message& message,
                             std::initializer_list<DeliveryState> states) {
  const bool own = message.author.kind == AuthorKind::agent && message.author.id == principal.id.value;
  const auto name = "message " + to_string(message.id);
  if (auto allowed = require(principal, own ? Action::settle_own_send : Action::settle_send, {message.inbox}, name);
      !allowed)
    return allowed.error();
  const auto send = context.tables.outbox().send_of(message.id);
  if (send && std::find(states.begin(), states.end(), state_of(*send, message)) != states.end()) return *send;
  for (const auto& change : context.tables.outbox().changes_of(message.id, changes_looked_at_max))
    if (change.state == DeliveryState::uncertain) return change;
  if (send && message.delivery) return *send;
  return bad_request(name + " was not sent by us, and no change of it is uncertain");
}

/// An older change must not undo what a newer one did.
bool superseded(Context& context, const OutboxRow& row) {
  if (row.action == OutboxAction::send) return false;
  const auto changes = context.tables.outbox().changes_of(row.message, changes_looked_at_max);
  return std::any_of(changes.begin(), changes.end(), [&](const OutboxRow& newer) {
    return newer.id > row.id && newer.state != DeliveryState::failed &&
           (newer.action == row.action || newer.action == OutboxAction::erase);
  });
}

/// Asked of the row, not of the channels: the operator's command also runs where none is set up.
Result<void> check_inbox(Context& context, InboxId id) {
  const auto inbox = context.tables.inboxes().find(id);
  if (inbox && inbox->enabled && !inbox->removed) return {};
  return Error{ErrorCode::channel_unavailable,
               "the inbox " + (inbox ? inbox->name : to_string(id)) +
                   " is disabled or no longer configured; nothing can be sent on it",
               {}};
}

/// What a person has to accept before it is sent again; nothing where it is certain that nobody gets it twice.
std::optional<std::string> duplicate_of(const OutboxRow& row, const std::optional<Message>& message,
                                        DeliveryState state) {
  if (row.action != OutboxAction::send) return std::nullopt;
  if (state == DeliveryState::uncertain || row.state == DeliveryState::uncertain)
    return "it may have been delivered: pass \"accept_duplicate\": true to send it again, or resolve it";
  if (row.state == DeliveryState::sent && message && has_several_parts(row, *message))
    return "a part of it failed and the rest arrived: pass \"accept_duplicate\": true to send all of it again, or send "
           "what is missing as a new reply";
  return std::nullopt;
}

/// What failed was another part of the reply, or an earlier attempt of it.
bool goes_on(const OutboxRow& row) { return row.state == DeliveryState::queued || row.state == DeliveryState::sending; }

Result<Outcome> retry(Context& context, OutboxRow row, Duplicates duplicates) {
  const auto message = context.tables.messages().find(row.message);
  const auto state = state_of(row, message);
  if (state != DeliveryState::failed && state != DeliveryState::uncertain)
    return refused_in(state, "only what failed or is uncertain can be sent again");
  if (goes_on(row))
    return Error{ErrorCode::conflict,
                 "an attempt, or another part of it, is still on its way; try again when that is through",
                 {}};
  if (auto fine = check_inbox(context, row.inbox); !fine) return fine.error();
  if (const auto duplicate = duplicate_of(row, message, state); duplicate && duplicates == Duplicates::refuse)
    return Error{ErrorCode::conflict, *duplicate, {}};
  if (superseded(context, row))
    return Error{ErrorCode::conflict, "the message was changed again since; cancel this change instead", {}};
  row.tries = 0;
  row.created_at = context.now;
  const auto arrived = arrived_so_far(row);
  if (arrived.empty()) {
    row.exchanges.clear();
    set_parts(row, {});
  }
  queue_by_hand(context, row,
                {"retried", arrived.empty() ? "sent again by an agent" : arrived + "the rest is sent again"});
  audit(context, "message", row.message.value);
  return Outcome{ObjectKind::message, row.message.value, context.tables.events().head()};
}

}  // namespace

Result<Outcome> retry_message(Context& context, const Agent& principal, MessageId id, Duplicates duplicates) {
  const auto message = visible_message(context.tables, principal, id);
  if (!message) return message.error();
  auto row = settleable(context, principal, *message, {DeliveryState::failed, DeliveryState::uncertain});
  if (!row) return row.error();
  return retry(context, std::move(*row), duplicates);
}

Result<Outcome> retry_row(Context& context, const Agent& principal, OutboxId id, Duplicates duplicates) {
  const auto row = context.tables.outbox().find(id);
  const auto name = "outbox row " + to_string(id);
  if (!row) return not_found("there is no " + name);
  if (auto allowed = require(principal, Action::operate_outbox, {row->inbox}, name); !allowed) return allowed.error();
  return retry(context, *row, duplicates);
}

Result<Outcome> resolve_message(Context& context, const Agent& principal, MessageId id, ResolveAs as) {
  auto message = visible_message(context.tables, principal, id);
  if (!message) return message.error();
  auto row = settleable(context, principal, *message, {DeliveryState::uncertain});
  if (!row) return row.error();
  if (const auto state = state_of(*row, *message); state != DeliveryState::uncertain)
    return refused_in(state, "only what is uncertain can be resolved by hand");
  if (as == ResolveAs::sent && partial_of(*row).more_to_come)
    return Error{
        ErrorCode::conflict,
        "what follows this part of the reply was not tried: send it again (\"accept_duplicate\": true), or resolve "
        "it as failed and send what is missing as a new reply",
        {}};
  const auto state = as == ResolveAs::sent ? DeliveryState::sent : DeliveryState::failed;
  finish_row(context, *row, state);
  const DeliveryReason reason{"resolved", "settled by an agent"};
  if (row->action == OutboxAction::send)
    move_delivery(context, *message, state, reason);
  else if (as == ResolveAs::sent)
    apply_accepted_change(context, *row);
  else
    report_refused_change(context, *row, {reason.code, reason.detail, false});
  audit(context, "message", id.value);
  return Outcome{ObjectKind::message, id.value, context.tables.events().head()};
}

Result<Outcome> cancel_send(Context& context, const Agent& principal, OutboxId id) {
  auto row = context.tables.outbox().find(id);
  const auto name = "outbox row " + to_string(id);
  if (!row) return not_found("there is no " + name);
  if (auto allowed = require(principal, Action::operate_outbox, {row->inbox}, name); !allowed) return allowed.error();
  const bool uncertain_change = row->state == DeliveryState::uncertain && row->action != OutboxAction::send;
  if (row->state != DeliveryState::queued && !uncertain_change)
    return refused_in(row->state, "only what is queued, or an uncertain change, can be cancelled");
  const Rejected cancelled{
      "cancelled", uncertain_change ? "given up; the customer may see it all the same" : "cancelled before it was sent",
      false};
  finish_row(context, *row, DeliveryState::failed);
  auto message = context.tables.messages().find(row->message);
  if (row->action != OutboxAction::send) {
    report_refused_change(context, *row, cancelled);
  } else if (message) {
    move_delivery(context, *message, DeliveryState::failed,
                  DeliveryReason{cancelled.code, arrived_so_far(*row) + cancelled.why});
  }
  audit(context, "outbox", id.value);
  return Outcome{ObjectKind::outbox, id.value, context.tables.events().head()};
}

}  // namespace inboxd::core
