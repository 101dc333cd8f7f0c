#include "daemon/command_bus/reader_pool.hpp"

#include <stdexcept>
#include <utility>

namespace inboxd::command_bus {
namespace {

Result<void> carry_out(ReaderPool::Connections& connections, const std::function<void(const ReadSources&)>& read,
                       const std::function<void(const std::string&)>& failed) {
  try {
    connections.reader->read([&](const storage::Tables& tables) { read({tables, *connections.search}); });
    return {};
  } catch (const storage::StorageFailure& failure) {
    failed(failure.what());
    return Error{ErrorCode::storage_unavailable, "the store cannot be read now; try again", Milliseconds{2'000}};
  } catch (const std::exception& bug) {
    failed(std::string("a read threw: ") + bug.what());
    return Error{ErrorCode::internal, "the read failed inside inboxd; its log says where", {}};
  }
}

}  // namespace

ReaderPool::ReaderPool(std::vector<Connections> connections, ReaderPoolSurroundings surroundings)
    : connections_(std::move(connections)), surroundings_(std::move(surroundings)) {
  for (auto& own : connections_) threads_.emplace_back([this, &own] { run(own); });
}

ReaderPool::~ReaderPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ReaderPool::submit(std::function<void(const ReadSources&)> read, std::function<void(Result<void>)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < reads_waiting_max) {
      waiting_.push_back({std::move(read), std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  surroundings_.post([done = std::move(done)] {
    done(Error{ErrorCode::storage_unavailable, "too many reads wait; try again", Milliseconds{1'000}});
  });
}

void ReaderPool::run(Connections& connections) {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    auto outcome = carry_out(connections, task.read, surroundings_.failed);
    surroundings_.post([done = std::move(task.done), outcome = std::move(outcome)] { done(outcome); });
  }
}

}  // namespace inboxd::command_bus
