// One claimed row from its first step to its end: transfer, note, transfer, …, settle. Used by the engine only. It
// commits before each transfer what is about to be in flight, so that a crash at any instant leaves a true state.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/clock.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/core/messages/claim.hpp"
#include "daemon/delivery/observer.hpp"

namespace inboxd::delivery {

/// How long a claim holds without a step; a transfer with a longer time-out holds it longer.
inline constexpr Milliseconds lease{300'000};
inline constexpr Milliseconds lease_margin{60'000};
/// Between two tries of a commit that must succeed (note, settle).
inline constexpr Milliseconds commit_retry_pause{2'000};
/// Transfers of one row; more is a mistake of the channel's (20 files in two steps each need 40).
inline constexpr std::size_t send_steps_max = 64;

class Sender {
 public:
  struct Surroundings {
    command_bus::Bus& bus;
    transfers::Transfers& transfers;
    Clock& clock;
    Random& random;
    Observer& observer;
    std::string owner;
  };
  /// The outcome, once it is committed; nothing when the row was taken from us or the bus is draining.
  using Ended = std::function<void(const std::optional<SendOutcome>&)>;

  explicit Sender(Surroundings surroundings) : with_(std::move(surroundings)) {}

  void send(core::Claimed claimed, ConfiguredChannel channel, Ended ended);

 private:
  struct Send;
  using SendPointer = std::shared_ptr<Send>;

  void note(const SendPointer& send, const connectors::Transfer& transfer);
  void perform(const SendPointer& send, const connectors::Transfer& transfer);
  void answered(const SendPointer& send, const connectors::Transfer& transfer, connectors::Exchange answer);
  void step(const SendPointer& send);
  void settle(const SendPointer& send, SendOutcome outcome);
  void submit_settlement(const SendPointer& send);
  void pause_then(const SendPointer& send, std::function<void()> then);

  Surroundings with_;
  std::map<OutboxId, std::unique_ptr<Wait>> waits_;  // commits to be tried again
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::delivery
