// The one way to change anything: commands, run by the writer in groups, each group one transaction.
// A command has no effect but through its tables and may run twice. Its answer arrives on the net thread, after the
// commit that made it durable; a refused command leaves nothing behind.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "schemas/types/result.hpp"
#include "schemas/types/time.hpp"
#include "storage/store.hpp"

namespace inboxd::command_bus {

/// What a command may touch. `now` is read once per command.
struct Workspace {
  storage::Tables& tables;
  Timestamp now;
};

/// A command with its answer, as the bus holds it.
class Job {
 public:
  virtual ~Job() = default;
  /// False: refused, its changes are rolled back. Throws only for broken machines and bugs.
  virtual bool run(Workspace& workspace) = 0;
  /// On the net thread, once. `failure`: it was not carried out, for this reason of the store's or the bus's.
  virtual void answer(const std::optional<Error>& failure) = 0;
};

template <class T>
class CommandJob final : public Job {
 public:
  using Run = std::function<Result<T>(Workspace&)>;
  using Done = std::function<void(Result<T>)>;

  CommandJob(Run run, Done done) : run_(std::move(run)), done_(std::move(done)) {}

  bool run(Workspace& workspace) override {
    result_.emplace(run_(workspace));
    return result_->ok();
  }
  void answer(const std::optional<Error>& failure) override {
    if (!done_) return;
    if (failure) return done_(Result<T>(*failure));
    done_(std::move(*result_));
  }

 private:
  Run run_;
  Done done_;
  std::optional<Result<T>> result_;
};

class Bus {
 public:
  virtual ~Bus() = default;
  /// Never blocks. A full queue or a draining bus answers at once (on the net thread, later) with
  /// storage_unavailable or draining.
  virtual void submit(std::unique_ptr<Job> job) = 0;

  template <class T>
  void submit(std::function<Result<T>(Workspace&)> run, std::function<void(Result<T>)> done) {
    submit(std::make_unique<CommandJob<T>>(std::move(run), std::move(done)));
  }
};

}  // namespace inboxd::command_bus
