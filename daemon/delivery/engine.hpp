// The outbox on its way to the providers: which rows may go out now, within limits and paces, first in first out per
// conversation and one in flight there. Woken by commits and by time. Never touches the network for a row whose claim
// is not committed, and never blocks one inbox for another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/clock/clock_steps.hpp"
#include "daemon/command_bus/scan_loop.hpp"
#include "daemon/delivery/pacing.hpp"
#include "daemon/delivery/sender.hpp"

namespace inboxd::delivery {

inline constexpr std::size_t sends_max = 64;   // rows in flight over all inboxes
inline constexpr int sends_per_inbox_max = 8;  // so that a provider that hangs leaves room for others
inline constexpr int look_ahead = 256;         // due rows read at a time
inline constexpr int recovery_rows_max = 200;  // rows per command
/// A due row whose inbox has no connector now is looked at again after this.
inline constexpr Milliseconds unconfigured_pause{60'000};

class Engine {
 public:
  struct Surroundings {
    CurrentChannels channels;
    command_bus::Bus& bus;
    command_bus::Readers& readers;
    transfers::Transfers& transfers;
    Clock& clock;
    Random& random;
    Observer& observer;
    /// Unique to this process: rows of any other owner are abandoned ones.
    std::string owner;
  };

  explicit Engine(Surroundings surroundings);

  /// Settles what an earlier process left in flight, then begins to send.
  void start();
  /// Without effect before that is settled: a row of ours whose lease ends meanwhile would be taken for an abandoned
  /// one.
  void wake() {
    if (recovered_) scan_.wake();
  }
  /// Claims nothing more; `done` when nothing is in flight, or at the deadline with how many still are.
  void drain(Milliseconds deadline, std::function<void(std::size_t left)> done);
  [[nodiscard]] std::size_t in_flight() const { return busy_.size(); }

 private:
  struct Due {
    std::vector<storage::OutboxRow> rows;
    std::optional<Milliseconds> until_next;  // by the clock of the read: it may be set before the answer
    std::vector<InboxId> resting;            // whose rows were left out because of a pause
  };

  void recover();
  void bring_forward(Milliseconds set_back);
  [[nodiscard]] std::vector<InboxId> closed_inboxes() const;
  Milliseconds look_over(const Due& due);
  void claim(const storage::OutboxRow& row, const std::shared_ptr<const ConfiguredChannels>& channels);
  void claimed(const storage::OutboxRow& row, const ConfiguredChannel& channel,
               Result<std::vector<core::Claimed>> claimed);
  void refuse(const storage::OutboxRow& row);
  void ended(const storage::OutboxRow& row, const std::optional<SendOutcome>& outcome);
  void release(const storage::OutboxRow& row);
  void finish_drain();

  Surroundings with_;
  Sender sender_;
  Pacing pacing_;
  std::set<ConversationId> busy_;
  std::map<InboxId, int> per_inbox_;
  bool recovered_ = false;
  bool draining_ = false;
  ClockSteps clock_steps_;
  std::function<void(std::size_t)> drained_;
  std::unique_ptr<Wait> deadline_;
  std::unique_ptr<Wait> recovery_;
  command_bus::ScanLoop<Due> scan_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::delivery
