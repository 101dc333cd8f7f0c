// The daemon's threads as queues that the scheduler moves one turn at a time: the net loop, the writer, the readers.
// What is queued and never run is what a crash loses. Used by Life.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/command_bus/group.hpp"
#include "daemon/command_bus/readers.hpp"
#include "tests/simulation/journal.hpp"

namespace inboxd::simulation {

class NetLoop {
 public:
  void post(std::function<void()> call) { waiting_.push_back(std::move(call)); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  void run_one() {
    const auto call = std::move(waiting_.front());
    waiting_.pop_front();
    call();
  }

 private:
  std::deque<std::function<void()>> waiting_;
};

/// The very groups of the daemon's writer; answers are posted to the loop, in order, after the commit.
class SteppedBus final : public command_bus::Bus {
 public:
  struct Surroundings {
    NetLoop& loop;
    storage::Writer& writer;
    const Clock& clock;
    /// On the writer's side, right after the commit: the simulator looks, the daemon does not know yet.
    std::function<void()> stored;
    /// On the net loop, after the answers.
    std::function<void(std::int64_t head, bool waiting_work_changed)> committed;
  };

  explicit SteppedBus(Surroundings surroundings) : with_(std::move(surroundings)) {}

  using Bus::submit;
  void submit(std::unique_ptr<command_bus::Job> job) override { waiting_.push_back(std::move(job)); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  void commit(std::size_t most) {
    const auto count = std::min(most, waiting_.size());
    auto group = std::make_shared<std::vector<std::unique_ptr<command_bus::Job>>>();
    for (std::size_t i = 0; i < count; ++i) {
      group->push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    std::vector<std::pair<std::size_t, std::string>> broken;
    const auto outcome = command_bus::run_group(with_.writer, with_.clock, *group, broken);
    if (!broken.empty()) throw Broken("a command threw: " + broken.front().second);
    if (outcome.failure) throw Broken("a commit failed: " + outcome.what);
    with_.loop.post([group, head = outcome.head, changed = outcome.waiting_work_changed, committed = with_.committed] {
      for (auto& job : *group) job->answer(std::nullopt);
      committed(head, changed);
    });
    with_.stored();
  }
  /// As with a full disk: nobody is carried out, everybody hears of it.
  void refuse(std::size_t most) {
    const auto count = std::min(most, waiting_.size());
    for (std::size_t i = 0; i < count; ++i) {
      std::shared_ptr<command_bus::Job> job(std::move(waiting_.front()));
      waiting_.pop_front();
      with_.loop.post([job] {
        job->answer(Error{ErrorCode::storage_unavailable, "the disk is full", Milliseconds{2'000}});
      });
    }
  }

 private:
  Surroundings with_;
  std::deque<std::unique_ptr<command_bus::Job>> waiting_;
};

/// Any waiting read may be next, as with two reader threads; its answer is posted.
class SteppedReaders final : public command_bus::Readers {
 public:
  SteppedReaders(NetLoop& loop, storage::Reader& reader, const storage::SearchReader& search)
      : loop_(loop), reader_(reader), search_(search) {}

  void submit(std::function<void(const command_bus::ReadSources&)> read,
              std::function<void(Result<void>)> done) override {
    waiting_.push_back({std::move(read), std::move(done)});
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  void read(std::size_t index) {
    auto task = take(index);
    reader_.read([&](const storage::Tables& tables) { task.read({tables, search_}); });
    loop_.post([done = std::move(task.done)] { done({}); });
  }
  void fail(std::size_t index) {
    loop_.post([done = take(index).done] {
      done(Error{ErrorCode::storage_unavailable, "the store cannot be read now", Milliseconds{2'000}});
    });
  }

 private:
  struct Task {
    std::function<void(const command_bus::ReadSources&)> read;
    std::function<void(Result<void>)> done;
  };
  Task take(std::size_t index) {
    auto task = std::move(waiting_.at(index));
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
    return task;
  }

  NetLoop& loop_;
  storage::Reader& reader_;
  const storage::SearchReader& search_;
  std::deque<Task> waiting_;
};

}  // namespace inboxd::simulation
