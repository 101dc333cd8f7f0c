// The bus without a thread: each command is a group of its own, carried out and answered before submit() returns. For
// the simulator and for tests, which need one order of things.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "daemon/command_bus/group.hpp"
#include "daemon/command_bus/readers.hpp"

namespace inboxd::command_bus {

class InlineBus final : public Bus {
 public:
  InlineBus(storage::Writer& writer, const Clock& clock, std::function<void(std::int64_t head)> committed = {})
      : writer_(writer), clock_(clock), committed_(std::move(committed)) {}

  using Bus::submit;
  void submit(std::unique_ptr<Job> job) override {
    std::vector<std::unique_ptr<Job>> group;
    group.push_back(std::move(job));
    std::vector<std::pair<std::size_t, std::string>> broken;
    const auto outcome = run_group(writer_, clock_, group, broken);
    auto failure = outcome.failure;
    if (!broken.empty()) failure = Error{ErrorCode::internal, broken.front().second, {}};
    group.front()->answer(failure);
    if (!outcome.failure && committed_) committed_(outcome.head);
  }

 private:
  storage::Writer& writer_;
  const Clock& clock_;
  std::function<void(std::int64_t)> committed_;
};

/// Reads carried out and answered before submit() returns.
class InlineReaders final : public Readers {
 public:
  InlineReaders(storage::Reader& reader, const storage::SearchReader& search) : reader_(reader), search_(search) {}

  void submit(std::function<void(const ReadSources&)> read, std::function<void(Result<void>)> done) override {
    reader_.read([&](const storage::Tables& tables) { read({tables, search_}); });
    done({});
  }

 private:
  storage::Reader& reader_;
  const storage::SearchReader& search_;
};

}  // namespace inboxd::command_bus
