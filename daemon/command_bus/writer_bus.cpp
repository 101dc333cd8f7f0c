#include "daemon/command_bus/writer_bus.hpp"

#include <utility>

#include "daemon/command_bus/group.hpp"

namespace inboxd::command_bus {
namespace {

Error bug_error() { return {ErrorCode::internal, "the command failed inside inboxd; its log says where", {}}; }

}  // namespace

WriterBus::WriterBus(std::unique_ptr<storage::Writer> writer, WriterBusSurroundings surroundings)
    : writer_(std::move(writer)), surroundings_(std::move(surroundings)), last_turn_(surroundings_.clock.steady_now()) {
  thread_ = std::thread([this] { run(); });
}

WriterBus::~WriterBus() {
  {
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WriterBus::submit(std::unique_ptr<Job> job) {
  Error refusal{ErrorCode::draining, "inboxd is stopping; connect again in a moment", Milliseconds{1'000}};
  {
    const std::lock_guard lock(mutex_);
    if (accepting_ && waiting_.size() < queue_max) {
      const bool idle = waiting_.empty();
      // The thread's turn begins now, not when it last had something to do.
      if (idle && !busy_) last_turn_ = surroundings_.clock.steady_now();
      waiting_.push_back(std::move(job));
      if (idle) wake_.notify_one();
      return;
    }
    if (accepting_)
      refusal = {ErrorCode::storage_unavailable, "too many commands wait for the store; try again",
                 Milliseconds{1'000}};
  }
  refuse(std::move(job), std::move(refusal));
}

void WriterBus::refuse(std::unique_ptr<Job> job, Error error) {
  std::shared_ptr<Job> shared(std::move(job));
  surroundings_.post([shared, error = std::move(error)] { shared->answer(error); });
}

void WriterBus::stop_accepting() {
  const std::lock_guard lock(mutex_);
  accepting_ = false;
}

bool WriterBus::healthy() const {
  const std::lock_guard lock(mutex_);
  return healthy_;
}

std::size_t WriterBus::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

Milliseconds WriterBus::last_turn() const {
  const std::lock_guard lock(mutex_);
  // An idle writer waits for commands: it lives.
  return waiting_.empty() && !busy_ ? surroundings_.clock.steady_now() : last_turn_;
}

void WriterBus::run() {
  while (true) {
    Group group;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      busy_ = true;
      last_turn_ = surroundings_.clock.steady_now();
      if (waiting_.size() <= group_max) {
        group.swap(waiting_);
      } else {
        const auto middle = waiting_.begin() + group_max;
        group.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(middle));
        waiting_.erase(waiting_.begin(), middle);
      }
    }
    run_group(std::move(group));
    const std::lock_guard lock(mutex_);
    busy_ = false;
  }
}

void WriterBus::run_group(Group group) {
  const auto started = std::chrono::steady_clock::now();
  std::vector<std::pair<std::size_t, std::string>> broken;
  auto outcome = command_bus::run_group(*writer_, surroundings_.clock, group, broken);
  {
    const std::lock_guard lock(mutex_);
    // Reading alone proves nothing about the disk.
    if (outcome.failure || outcome.changed) healthy_ = !outcome.failure;
  }
  if (outcome.kind) surroundings_.failed(*outcome.kind, outcome.what);
  for (const auto& bug : broken)
    surroundings_.failed(storage::FailureKind::unavailable, "a command threw: " + bug.second);
  const Committed committed{
      group.size(), outcome.head,
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started),
      outcome.waiting_work_changed, outcome.changed};
  auto jobs = std::make_shared<Group>(std::move(group));
  // Nothing of the bus's own: what is posted may run after its end.
  surroundings_.post(
      [jobs, broken = std::move(broken), failure = outcome.failure, committed, announce = surroundings_.committed] {
        auto bug = broken.begin();
        for (std::size_t i = 0; i < jobs->size(); ++i) {
          const bool threw = bug != broken.end() && bug->first == i;
          if (threw) ++bug;
          (*jobs)[i]->answer(failure ? failure : threw ? std::optional(bug_error()) : std::nullopt);
        }
        if (!failure) announce(committed);
      });
}

}  // namespace inboxd::command_bus
