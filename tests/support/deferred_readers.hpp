// Readers whose answers come when the test says so: what happens between a read and its answer can be provoked. Wraps
// other readers; used by tests of what follows the log.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "daemon/command_bus/readers.hpp"

namespace inboxd {

class DeferredReaders final : public command_bus::Readers {
 public:
  explicit DeferredReaders(command_bus::Readers& readers) : readers_(readers) {}

  void submit(std::function<void(const command_bus::ReadSources&)> read,
              std::function<void(Result<void>)> done) override {
    waiting_.push_back({std::move(read), std::move(done), {}});
  }

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  /// The oldest reads what it wants, its answer stays under way.
  void read_one() {
    for (auto& task : waiting_) {
      if (task.outcome) continue;
      readers_.submit(task.read, [&task](Result<void> outcome) { task.outcome = std::move(outcome); });
      return;
    }
  }
  /// The oldest is read, if it was not yet, and answered.
  void answer_one() {
    if (!waiting_.front().outcome) read_one();
    auto task = std::move(waiting_.front());
    waiting_.pop_front();
    task.done(std::move(*task.outcome));
  }
  /// The oldest is answered with a failure of the store's.
  void fail_one() {
    auto task = std::move(waiting_.front());
    waiting_.pop_front();
    task.done(Error{ErrorCode::storage_unavailable, "the store cannot be read now", Milliseconds{2'000}});
  }
  void answer_all() {
    while (!waiting_.empty()) answer_one();
  }

 private:
  struct Task {
    std::function<void(const command_bus::ReadSources&)> read;
    std::function<void(Result<void>)> done;
    std::optional<Result<void>> outcome;
  };

  command_bus::Readers& readers_;
  std::deque<Task> waiting_;
};

}  // namespace inboxd
