// Reads that do not belong to a command: a snapshot on a reader thread, the answer on the net thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "schemas/types/result.hpp"
#include "storage/search.hpp"
#include "storage/store.hpp"

namespace inboxd::command_bus {

struct ReadSources {
  const storage::Tables& tables;
  const storage::SearchReader& search;
};

class Readers {
 public:
  virtual ~Readers() = default;
  /// Runs `read` in one read transaction, then `done` on the net thread with nothing or why it could not be read.
  virtual void submit(std::function<void(const ReadSources&)> read, std::function<void(Result<void>)> done) = 0;

  template <class T>
  void read(std::function<Result<T>(const ReadSources&)> read, std::function<void(Result<T>)> done) {
    auto answer = std::make_shared<std::optional<Result<T>>>();
    submit([answer, read = std::move(read)](const ReadSources& sources) { answer->emplace(read(sources)); },
           [answer, done = std::move(done)](const Result<void>& outcome) {
             done(outcome ? std::move(**answer) : Result<T>(outcome.error()));
           });
  }
};

}  // namespace inboxd::command_bus
