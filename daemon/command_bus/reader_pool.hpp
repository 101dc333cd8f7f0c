// The readers as the daemon runs them: a few threads, each with a read-only connection of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/command_bus/readers.hpp"

namespace inboxd::command_bus {

inline constexpr std::size_t reads_waiting_max = 10'000;  // more are refused with storage_unavailable

struct ReaderPoolSurroundings {
  /// Runs a function on the net thread.
  std::function<void(std::function<void()>)> post;
  /// On a reader thread: what went wrong, for the log.
  std::function<void(const std::string&)> failed;
};

class ReaderPool final : public Readers {
 public:
  struct Connections {
    std::unique_ptr<storage::Reader> reader;
    std::unique_ptr<storage::SearchReader> search;
  };

  ReaderPool(std::vector<Connections> connections, ReaderPoolSurroundings surroundings);
  /// Carries out what waits, then ends.
  ~ReaderPool() override;

  void submit(std::function<void(const ReadSources&)> read, std::function<void(Result<void>)> done) override;

 private:
  struct Task {
    std::function<void(const ReadSources&)> read;
    std::function<void(Result<void>)> done;
  };

  void run(Connections& connections);

  std::vector<Connections> connections_;
  ReaderPoolSurroundings surroundings_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> waiting_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace inboxd::command_bus
