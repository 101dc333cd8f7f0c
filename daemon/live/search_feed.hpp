// Keeps the search index in step with the log: a thread of its own with its own reading connection, so that nothing of
// it sits inside an acknowledgement. The index is emptied and built again when it belongs to another life of the store.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "storage/search.hpp"
#include "storage/store.hpp"

namespace inboxd::live {

class SearchFeed {
 public:
  struct Surroundings {
    std::unique_ptr<storage::Reader> reader;
    std::unique_ptr<storage::SearchWriter> writer;
    std::string epoch;
    /// On the feed's thread: what went wrong, for the log. The feed goes on with the next wake.
    std::function<void(const std::string&)> failed;
  };

  explicit SearchFeed(Surroundings surroundings);
  /// Ends within one batch.
  ~SearchFeed();

  /// From any thread: the log has moved.
  void wake();

 private:
  void run();
  /// False when the log is reached.
  bool follow_once();
  [[nodiscard]] bool ending();

  Surroundings with_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool pending_ = true;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace inboxd::live
