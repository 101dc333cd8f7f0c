// The few threads on which blobs are written, synced and read, so that the net thread never waits for a disk.
// Used by the body reader and the response writer.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <utility>

#include <boost/asio/thread_pool.hpp>

#include "daemon/http/spawn.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::http {

class DiskWorkers {
 public:
  /// Two: one that waits for an fsync does not hold up the others' reads.
  static constexpr std::size_t threads = 2;

  DiskWorkers() : pool_(threads) {}
  /// Lets jobs under way end.
  ~DiskWorkers() { pool_.join(); }
  DiskWorkers(const DiskWorkers&) = delete;
  DiskWorkers& operator=(const DiskWorkers&) = delete;

  /// Suspends the coroutine while `job` runs on a worker. What it throws becomes an internal error.
  template <class T>
  asio::awaitable<Result<T>> run(std::function<Result<T>()> job) {
    Start<Result<T>> start = [this, work = std::move(job)](std::function<void(Result<T>)> done) {
      asio::post(pool_, [work, done] { done(attempt<T>(work)); });
    };
    return completion<Result<T>>(std::move(start));
  }

 private:
  template <class T>
  static Result<T> attempt(const std::function<Result<T>()>& job) {
    try {
      return job();
    } catch (const std::exception& error) {
      return Error{ErrorCode::internal, std::string("The blob store failed: ") + error.what(), {}};
    }
  }

  asio::thread_pool pool_;
};

}  // namespace inboxd::http
