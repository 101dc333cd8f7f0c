#include "daemon/core/messages/settle.hpp"

#include <algorithm>

#include "connectors/sdk/exchange_json.hpp"
#include "daemon/core/inboxes/health.hpp"
#include "daemon/core/messages/inbound_changes.hpp"
#include "daemon/core/messages/outbound_effects.hpp"
#include "daemon/core/messages/outbox_row.hpp"
#include "daemon/core/messages/receipts.hpp"
#include "daemon/core/visitors/chat.hpp"

namespace inboxd::core {
namespace {

using storage::OutboxRow;

Milliseconds backoff(int tries) {
  auto delay = first_backoff;
  for (int i = 1; i < tries && delay < longest_backoff; ++i) delay *= 2;
  return std::min(delay, longest_backoff);
}

/// Receipts and changes that came before the ids by which they name the message.
void apply_waiting(Context& context, Message& message, const OutboxRow& row, const Accepted& accepted) {
  apply_parked(context, message, row, accepted.external_ids);
  const auto inbox = context.tables.inboxes().find(message.inbox);
  for (const auto& id : accepted.external_ids)
    if (inbox) receive_parked_changes(context, *inbox, id);
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
    set_partial(context, row, {});
    set_parts(row, accepted.external_ids);
    finish_row(context, row, DeliveryState::sent);
    if (row.action != OutboxAction::send) return apply_accepted_change(context, row);
    context.tables.messages().add_external_ids(row.message, accepted.external_ids);
    auto message = context.tables.messages().find(row.message);
    if (!message) return;
    move_delivery(context, *message, DeliveryState::sent, std::nullopt);
    show_in_chat(context, *message);
    apply_waiting(context, *message, row, accepted);
  }

  void operator()(const RetryAfter& retry) const {
    // Time spent queued behind a pause or in a held outbox is not time spent trying.
    if (row.tries == 0) row.created_at = context.now;
    const Milliseconds patience = retry.gives_up_after.count() > 0 ? retry.gives_up_after : gives_up_after;
    if (context.now - row.created_at > patience) {
      const auto hours = std::chrono::ceil<std::chrono::hours>(patience).count();
      return (*this)(
          Rejected{"gave_up", "not sent within " + std::to_string(hours) + " hours; last: " + retry.why, false});
    }
    ++row.tries;
    row.exchanges = connectors::exchanges_to_text(done);
    const auto wanted = retry.delay.count() > 0 ? retry.delay : backoff(row.tries);
    const auto delay = std::min(wanted, Milliseconds{gives_up_after});
    queue_again(context, row, context.now + delay, {retry.code, retry.why});
  }

  void operator()(const NeedsAttention& attention) const {
    row.exchanges = connectors::exchanges_to_text(done);
    row.tries = 0;
    queue_again(context, row, context.now, {attention.code, attention.why});
    pause_outbound(context, row.inbox, attention.code, attention.why);
  }

  void operator()(const Rejected& rejected) const {
    keep_parts();
    finish_row(context, row, DeliveryState::failed);
    if (rejected.unreachable) mark_unreachable(context, row.conversation);
    if (row.action != OutboxAction::send) return report_refused_change(context, row, rejected);
    const auto arrived = arrived_so_far(row);
    move_message(DeliveryState::failed,
                 DeliveryReason{arrived.empty() ? rejected.code : "partly_sent", arrived + rejected.why});
  }

  void operator()(const Unknown& unknown) const {
    keep_parts();
    finish_row(context, row, DeliveryState::uncertain);
    if (row.action != OutboxAction::send) return report_uncertain_change(context, row, unknown);
    move_message(DeliveryState::uncertain, DeliveryReason{"uncertain", arrived_so_far(row) + unknown.why});
  }

  /// What arrived is not sent again when a person tries the rest.
  void keep_parts() const {
    if (!partial_of(row).delivered.empty() && !done.empty()) row.exchanges = connectors::exchanges_to_text(done);
  }
};

}  // namespace

void settle(Context& context, const Settlement& settlement) {
  auto row = context.tables.outbox().find(settlement.row);
  if (!row || row->attempt != settlement.attempt) return;
  // An echo may have told the truth before our own answer came: ids are still worth keeping.
  if (row->state == DeliveryState::sent || row->state == DeliveryState::failed) {
    const auto* accepted = std::get_if<Accepted>(&settlement.outcome);
    if (accepted == nullptr || row->action != OutboxAction::send) return;
    context.tables.messages().add_external_ids(row->message, accepted->external_ids);
    if (auto message = context.tables.messages().find(row->message)) apply_waiting(context, *message, *row, *accepted);
    return;
  }
  std::visit(ApplyOutcome{context, *row, settlement.done}, settlement.outcome);
}

}  // namespace inboxd::core
