// note commits what the next transfer may do; only then perform; settle is tried until it is committed.
#include "daemon/delivery/sender.hpp"

#include <algorithm>
#include <utility>

#include "connectors/sdk/exchange_json.hpp"
#include "daemon/core/messages/settle.hpp"

namespace inboxd::delivery {
namespace {

using connectors::TransferFailure;

bool left_without_answer(const connectors::Exchange& answer) {
  return answer.failure == TransferFailure::lost || answer.failure == TransferFailure::too_large;
}

}  // namespace

struct Sender::Send {
  core::Claimed claimed;
  ConfiguredChannel channel;
  Ended ended;
  connectors::Exchanges done;  // earlier attempts' finished steps, then this one's
  std::size_t made = 0;        // transfers of this attempt
  bool unrepeatable_lost = false;
  bool unrepeatable_made = false;
  SendOutcome outcome;
};

namespace {

/// The connector's word, except where believing it could send twice: after an unrepeatable request whose answer was
/// lost, nothing makes "not delivered" certain.
SendOutcome truthful(SendOutcome outcome, bool unrepeatable_lost) {
  if (!unrepeatable_lost) return outcome;
  if (const auto* retry = std::get_if<RetryAfter>(&outcome)) return Unknown{retry->why};
  if (const auto* attention = std::get_if<NeedsAttention>(&outcome)) return Unknown{attention->why};
  return outcome;
}

SendOutcome broken(bool unrepeatable_made, const std::string& why) {
  if (unrepeatable_made) return Unknown{why};
  return Rejected{"channel_broken", why, false};
}

}  // namespace

void Sender::send(core::Claimed claimed, ConfiguredChannel channel, Ended ended) {
  auto send = std::make_shared<Send>();
  send->claimed = std::move(claimed);
  send->channel = std::move(channel);
  send->ended = std::move(ended);
  send->done = connectors::exchanges_from_text(send->claimed.row.exchanges);
  // The claim committed what this first step is: no note before it.
  if (const auto* transfer = std::get_if<connectors::Transfer>(&send->claimed.first)) return perform(send, *transfer);
  settle(send, std::get<SendOutcome>(send->claimed.first));
}

void Sender::note(const SendPointer& send, const connectors::Transfer& transfer) {
  core::NoteStep noting;
  noting.row = send->claimed.row.id;
  noting.owner = with_.owner;
  noting.in_flight = transfer.repeatable ? storage::InFlight::repeatable : storage::InFlight::unrepeatable;
  noting.done = send->done;
  noting.partial = transfer.partial;
  noting.lease_until = with_.clock.now() + std::max(lease, transfer.timeout + lease_margin);
  with_.bus.submit<bool>(
      [noting](command_bus::Workspace& workspace) {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "delivery.note_step"};
        return core::note_step(context, noting);
      },
      lifetime_.guard([this, send, transfer](const Result<bool>& noted) {
        waits_.erase(send->claimed.row.id);
        if (noted && *noted) return perform(send, transfer);
        if (noted || noted.error().code == ErrorCode::draining) return send->ended(std::nullopt);
        with_.observer.failed(send->channel.inbox, "note_step", noted.error().detail);
        pause_then(send, [this, send, transfer] { note(send, transfer); });
      }));
}

void Sender::perform(const SendPointer& send, const connectors::Transfer& transfer) {
  ++send->made;
  send->unrepeatable_made = send->unrepeatable_made || !transfer.repeatable;
  with_.transfers.perform(transfer, send->channel.reach,
                          lifetime_.guard([this, send, transfer](connectors::Exchange answer) {
                            answered(send, transfer, std::move(answer));
                          }));
}

void Sender::answered(const SendPointer& send, const connectors::Transfer& transfer, connectors::Exchange answer) {
  answer.label = transfer.label;
  answer.now = with_.clock.now();
  answer.nonce = with_.random.next();
  answer.confidential = transfer.confidential;
  if (!transfer.repeatable && left_without_answer(answer)) send->unrepeatable_lost = true;
  send->done.push_back(std::move(answer));
  step(send);
}

void Sender::step(const SendPointer& send) {
  connectors::SendStep next;
  try {
    next = send->channel.connector->next_send_step(send->claimed.outbound, send->done);
  } catch (const std::exception& bug) {
    with_.observer.failed(send->channel.inbox, "next_send_step", bug.what());
    return settle(send, broken(send->unrepeatable_made, "the channel's code failed on the provider's answer"));
  }
  const auto* transfer = std::get_if<connectors::Transfer>(&next);
  if (transfer == nullptr) return settle(send, std::get<SendOutcome>(std::move(next)));
  if (send->made >= send_steps_max)
    return settle(send, broken(send->unrepeatable_made, "the channel's code asks for too many steps"));
  note(send, *transfer);
}

void Sender::settle(const SendPointer& send, SendOutcome outcome) {
  send->outcome = truthful(std::move(outcome), send->unrepeatable_lost);
  // The exchange that made it fail is not a finished step: the next attempt makes that transfer again.
  if (!std::holds_alternative<Accepted>(send->outcome) && send->made > 0) send->done.pop_back();
  submit_settlement(send);
}

void Sender::submit_settlement(const SendPointer& send) {
  const auto& row = send->claimed.row;
  with_.bus.submit<bool>(
      [settlement = core::Settlement{row.id, row.attempt, send->outcome, send->done}](
          command_bus::Workspace& workspace) -> Result<bool> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "delivery.settle"};
        core::settle(context, settlement);
        return true;
      },
      lifetime_.guard([this, send](const Result<bool>& settled) {
        waits_.erase(send->claimed.row.id);
        if (settled) {
          with_.observer.settled(send->channel.inbox, send->claimed.row.id, send->outcome);
          return send->ended(send->outcome);
        }
        // Draining: the row stays `sending`, and the next start says what may have happened.
        if (settled.error().code == ErrorCode::draining) return send->ended(std::nullopt);
        with_.observer.failed(send->channel.inbox, "settle", settled.error().detail);
        pause_then(send, [this, send] { submit_settlement(send); });
      }));
}

void Sender::pause_then(const SendPointer& send, std::function<void()> then) {
  waits_[send->claimed.row.id] = with_.clock.after(commit_retry_pause, std::move(then));
}

}  // namespace inboxd::delivery
