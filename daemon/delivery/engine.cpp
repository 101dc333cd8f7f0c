// One look at the due rows: skip what may not go now, claim the rest, say when to look again.
#include "daemon/delivery/engine.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/messages/put_off.hpp"
#include "daemon/core/messages/settle.hpp"

namespace inboxd::delivery {
namespace {

/// How long an inbox rests when its provider asked for it; without a time of the provider's, as long as the row itself.
Milliseconds rest_of(const RetryAfter& retry, int tries) {
  if (retry.delay.count() > 0) return retry.delay;
  auto delay = core::first_backoff;
  for (int i = 0; i < tries && delay < core::longest_backoff; ++i) delay *= 2;
  return std::min(delay, core::longest_backoff);
}

}  // namespace

Engine::Engine(Surroundings surroundings)
    : with_(std::move(surroundings)),
      sender_({with_.bus, with_.transfers, with_.clock, with_.random, with_.observer, with_.owner}),
      clock_steps_(with_.clock),
      scan_(with_.readers, with_.clock,
            {[this]() -> command_bus::ScanLoop<Due>::Read {
               const auto look = clock_steps_.look();
               if (look.set_back.count() > 0) bring_forward(look.set_back);
               return [now = look.now, closed = closed_inboxes(), resting = pacing_.blocked(with_.clock.steady_now())](
                          const command_bus::ReadSources& sources) -> Result<Due> {
                 const auto& outbox = sources.tables.outbox();
                 const auto next = outbox.next_due(now);
                 return Due{outbox.due(now, closed, look_ahead), next ? std::optional(*next - now) : std::nullopt,
                            resting};
               };
             },
             [this](const Due& due) { return look_over(due); }}) {}

void Engine::start() { recover(); }

void Engine::recover() {
  with_.bus.submit<int>(
      [owner = with_.owner](command_bus::Workspace& workspace) -> Result<int> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "delivery.recover"};
        return core::recover_abandoned(context, owner, recovery_rows_max);
      },
      lifetime_.guard([this](const Result<int>& recovered) {
        if (recovered && *recovered > 0) return recover();
        if (recovered) {
          recovered_ = true;
          return bring_forward(Milliseconds{0});
        }
        if (recovered.error().code == ErrorCode::draining) return;
        with_.observer.failed({}, "recover", recovered.error().detail);
        recovery_ = with_.clock.after(commit_retry_pause, [this] { recover(); });
      }));
}

/// Times of the next try were written by a clock that has been set back since, or may have been before we began.
void Engine::bring_forward(Milliseconds set_back) {
  with_.bus.submit<int>(
      [set_back](command_bus::Workspace& workspace) -> Result<int> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "delivery.bring_forward"};
        return core::bring_forward(context, set_back);
      },
      lifetime_.guard([this, set_back](const Result<int>& brought) {
        if (brought || brought.error().code == ErrorCode::draining) return wake();
        with_.observer.failed({}, "bring_forward", brought.error().detail);
        recovery_ = with_.clock.after(commit_retry_pause, [this, set_back] { bring_forward(set_back); });
      }));
}

/// Left out of the read, so that their rows do not hide others' behind the limit.
std::vector<InboxId> Engine::closed_inboxes() const {
  auto closed = pacing_.blocked(with_.clock.steady_now());
  for (const auto& [inbox, count] : per_inbox_)
    if (count >= sends_per_inbox_max) closed.push_back(inbox);
  return closed;
}

Milliseconds Engine::look_over(const Due& due) {
  const auto now = with_.clock.steady_now();
  auto pause = due.until_next.value_or(command_bus::longest_scan_pause);
  // Of those at the read, not of those now: a pause that ended meanwhile has hidden its rows all the same.
  for (const auto inbox : due.resting) pause = std::min(pause, pacing_.blocked_for(inbox, now));
  const auto channels = with_.channels();
  const auto closed_before = closed_inboxes().size();
  for (const auto& row : due.rows) {
    if (draining_ || busy_.size() >= sends_max) break;
    const auto* channel = channels->channel(row.inbox);
    if (channel == nullptr) {
      pacing_.block(row.inbox, now + unconfigured_pause);
      continue;
    }
    if (busy_.contains(row.conversation) || per_inbox_[row.inbox] >= sends_per_inbox_max) continue;
    const auto& capabilities = channel->connector->capabilities();
    const auto wait = pacing_.wait(row.inbox, row.conversation, capabilities, now);
    if (wait.count() > 0) {
      pause = std::min(pause, wait);
      continue;
    }
    pacing_.take(row.inbox, row.conversation, capabilities, now);
    claim(row, channels);
  }
  // An inbox that is full now filled the look: another, without it, finds those behind.
  if (due.rows.size() == look_ahead && closed_inboxes().size() > closed_before) scan_.wake();
  return pause;
}

/// One command per row: a row that breaks the command is the only one to fail.
void Engine::claim(const storage::OutboxRow& row, const std::shared_ptr<const ConfiguredChannels>& channels) {
  busy_.insert(row.conversation);
  ++per_inbox_[row.inbox];
  with_.bus.submit<std::vector<core::Claimed>>(
      [channels, id = row.id,
       owner = with_.owner](command_bus::Workspace& workspace) -> Result<std::vector<core::Claimed>> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "delivery.claim"};
        return core::claim(context, *channels, {{id}, owner, workspace.now + lease});
      },
      lifetime_.guard([this, row, channels](Result<std::vector<core::Claimed>> answer) {
        claimed(row, *channels->channel(row.inbox), std::move(answer));
      }));
}

void Engine::claimed(const storage::OutboxRow& row, const ConfiguredChannel& channel,
                     Result<std::vector<core::Claimed>> answer) {
  if (!answer) {
    with_.observer.failed(row.inbox, "claim", answer.error().detail);
    if (answer.error().code == ErrorCode::internal) return refuse(row);
    // Nothing was claimed; the store is asked again in a while, not by the next wake.
    pacing_.block(row.inbox, with_.clock.steady_now() + answer.error().retry_after.value_or(commit_retry_pause));
    return release(row);
  }
  // Not due any more, or refused by the product itself: the next of the conversation may go.
  if (answer->empty()) return release(row);
  sender_.send(std::move(answer->front()), channel,
               lifetime_.guard([this, row](const std::optional<SendOutcome>& outcome) { ended(row, outcome); }));
}

/// The channel's code (or ours) breaks on this reply: nothing was sent, and the agent is told.
void Engine::refuse(const storage::OutboxRow& row) {
  const SendOutcome outcome =
      Rejected{"channel_broken", "the channel's code fails on this reply; it was not sent", false};
  with_.bus.submit<bool>(
      [settlement =
           core::Settlement{row.id, row.attempt, outcome, {}}](command_bus::Workspace& workspace) -> Result<bool> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "delivery.settle"};
        core::settle(context, settlement);
        return true;
      },
      lifetime_.guard([this, row, outcome](const Result<bool>& settled) {
        if (settled) return ended(row, outcome);
        pacing_.block(row.inbox, with_.clock.steady_now() + unconfigured_pause);
        release(row);
      }));
}

void Engine::ended(const storage::OutboxRow& row, const std::optional<SendOutcome>& outcome) {
  if (outcome)
    if (const auto* retry = std::get_if<RetryAfter>(&*outcome); retry != nullptr && retry->scope == RetryScope::inbox)
      pacing_.block(row.inbox, with_.clock.steady_now() + rest_of(*retry, row.tries));
  release(row);
}

void Engine::release(const storage::OutboxRow& row) {
  busy_.erase(row.conversation);
  if (--per_inbox_[row.inbox] <= 0) per_inbox_.erase(row.inbox);
  if (draining_) return finish_drain();
  scan_.wake();
}

void Engine::drain(Milliseconds deadline, std::function<void(std::size_t)> done) {
  draining_ = true;
  scan_.stop();
  drained_ = std::move(done);
  deadline_ = with_.clock.after(deadline, [this] {
    if (auto drained = std::exchange(drained_, nullptr)) drained(busy_.size());
  });
  finish_drain();
}

void Engine::finish_drain() {
  if (!busy_.empty() || !drained_) return;
  deadline_.reset();
  std::exchange(drained_, nullptr)(0);
}

}  // namespace inboxd::delivery
