// The bus as the daemon runs it: a thread that owns the one writing connection, takes whatever commands wait, runs
// them in one transaction, commits once and then answers all of them. Latency of one fsync, throughput of hundreds.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/bus.hpp"

namespace inboxd::command_bus {

inline constexpr std::size_t group_max = 128;     // commands in one transaction
inline constexpr std::size_t queue_max = 20'000;  // commands waiting; more are refused with storage_unavailable

/// What a commit tells those who watch.
struct Committed {
  std::size_t commands = 0;
  std::int64_t head = 0;  // newest sequence of the log
  std::chrono::microseconds took{0};
  bool waiting_work_changed = false;  // of the outbox, the timers or the inboxes
  bool changed = false;               // any row at all: the disk took a write
};

struct WriterBusSurroundings {
  const Clock& clock;
  /// Runs a function on the net thread.
  std::function<void(std::function<void()>)> post;
  /// On the net thread, after the answers of the group: wakes the readers of the log.
  std::function<void(const Committed&)> committed;
  /// On the writer thread: something went wrong with the store, in words for the log.
  std::function<void(storage::FailureKind, const std::string&)> failed;
};

class WriterBus final : public Bus {
 public:
  WriterBus(std::unique_ptr<storage::Writer> writer, WriterBusSurroundings surroundings);
  /// Carries out what waits, then ends.
  ~WriterBus() override;

  using Bus::submit;
  void submit(std::unique_ptr<Job> job) override;

  /// New commands are refused with `draining`; those that wait are carried out.
  void stop_accepting();
  /// False after a failure of the store, until a commit that changed something succeeds again.
  [[nodiscard]] bool healthy() const;
  /// Commands that wait for their group.
  [[nodiscard]] std::size_t waiting() const;
  /// Since when the thread works on its present group; now while it has nothing to do: a watchdog's proof of life.
  [[nodiscard]] Milliseconds last_turn() const;

 private:
  using Group = std::vector<std::unique_ptr<Job>>;

  void run();
  void run_group(Group group);
  void refuse(std::unique_ptr<Job> job, Error error);

  std::unique_ptr<storage::Writer> writer_;
  WriterBusSurroundings surroundings_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Group waiting_;
  bool accepting_ = true;
  bool ending_ = false;
  bool healthy_ = true;
  bool busy_ = false;  // a group is being run
  Milliseconds last_turn_{0};
  std::thread thread_;
};

}  // namespace inboxd::command_bus
