// The writer's thread: groups, answers after the commit on the poster, limits, the end.
#include "daemon/command_bus/writer_bus.hpp"

#include <deque>
#include <future>

#include "daemon/command_bus/reader_pool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command_bench.hpp"

namespace inboxd::command_bus {
namespace {

/// The net thread of a test: runs what was posted when the test says so.
class Posted {
 public:
  std::function<void(std::function<void()>)> poster() {
    return [this](std::function<void()> call) {
      const std::lock_guard lock(mutex_);
      calls_.push_back(std::move(call));
      arrived_.notify_all();
    };
  }
  /// Waits for one call and runs it.
  void run_one() {
    std::unique_lock lock(mutex_);
    REQUIRE(arrived_.wait_for(lock, std::chrono::seconds{20}, [this] { return !calls_.empty(); }));
    auto call = std::move(calls_.front());
    calls_.pop_front();
    lock.unlock();
    call();
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return calls_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> calls_;
};

struct BusBench : CommandBench {
  Posted posted;
  std::vector<Committed> commits;
  std::mutex failed_mutex;
  std::vector<std::string> failed;
  std::vector<Result<int>> answers;
  std::optional<WriterBus> bus;

  BusBench() {
    bus.emplace(std::move(writer), WriterBusSurroundings{clock, posted.poster(),
                                                         [this](const Committed& commit) { commits.push_back(commit); },
                                                         [this](storage::FailureKind, const std::string& what) {
                                                           const std::lock_guard lock(failed_mutex);
                                                           failed.push_back(what);
                                                         }});
  }
  /// Keeps the writer inside a command until the returned promise is kept; returns when it is there.
  std::promise<void> block() {
    std::promise<void> go;
    auto wait = std::make_shared<std::shared_future<void>>(go.get_future());
    auto entered = std::make_shared<std::promise<void>>();
    bus->submit(append_then(0, answers, [wait, entered] {
      entered->set_value();
      wait->wait();
      return Result<int>(0);
    }));
    entered->get_future().wait();
    return go;
  }
};

TEST_CASE("bus: what waits goes in one commit, of at most 128 commands, in the order of its coming") {
  BusBench bench;
  auto go = bench.block();
  for (int i = 1; i <= 200; ++i) bench.bus->submit(bench.append(i, bench.answers));
  CHECK(bench.posted.waiting() == 0);
  go.set_value();
  for (int i = 0; i < 3; ++i) bench.posted.run_one();
  REQUIRE(bench.commits.size() == 3);
  CHECK(bench.commits[1].commands == group_max);
  CHECK(bench.commits[2].commands == 200 - group_max);
  CHECK(bench.commits[2].head == 201);
  CHECK(bench.answers.size() == 201);
  const auto objects = bench.objects();
  CHECK(std::is_sorted(objects.begin(), objects.end()));
}

TEST_CASE("bus: an answer comes after the commit that made it durable, before whoever reads the log is woken") {
  BusBench bench;
  std::vector<std::int64_t> seen;
  bench.bus->submit<int>(
      [](Workspace& workspace) -> Result<int> {
        Event event;
        event.object = 7;
        workspace.tables.events().append(event);
        return 1;
      },
      [&](const Result<int>& answer) {
        CHECK(answer.ok());
        CHECK(bench.commits.empty());
        seen = bench.objects();
      });
  bench.posted.run_one();
  CHECK(seen == std::vector<std::int64_t>{7});
  CHECK(bench.commits.size() == 1);
}

TEST_CASE("bus: one that throws answers internal without its words, which go to the log, and others are kept") {
  BusBench bench;
  auto go = bench.block();
  bench.bus->submit(bench.append_then(1, bench.answers, []() -> Result<int> { throw std::logic_error("a secret"); }));
  bench.bus->submit(bench.append(2, bench.answers));
  go.set_value();
  bench.posted.run_one();
  bench.posted.run_one();
  REQUIRE(bench.answers.size() == 3);
  CHECK(bench.answers[1].error().code == ErrorCode::internal);
  CHECK(bench.answers[1].error().detail.find("secret") == std::string::npos);
  CHECK(bench.answers[2].ok());
  CHECK(bench.objects() == std::vector<std::int64_t>{0, 2});
  REQUIRE(bench.failed.size() == 1);
  CHECK(bench.failed.front() == "a command threw: a secret");
  CHECK(bench.bus->healthy());
}

TEST_CASE("bus: a failing store answers storage_unavailable to all, wakes nobody, and recovers by itself") {
  BusBench bench;
  auto go = bench.block();
  bench.bus->submit(bench.append(1, bench.answers));
  bench.bus->submit(bench.append_then(2, bench.answers, []() -> Result<int> {
    throw storage::StorageFailure(storage::FailureKind::unavailable, "disk full");
  }));
  go.set_value();
  bench.posted.run_one();
  bench.posted.run_one();
  CHECK_FALSE(bench.bus->healthy());
  CHECK(bench.commits.size() == 1);
  CHECK(bench.answers[1].error().code == ErrorCode::storage_unavailable);
  CHECK(bench.answers[2].error().code == ErrorCode::storage_unavailable);
  bench.bus->submit<int>([](Workspace&) -> Result<int> { return 1; }, [](const Result<int>& read) { CHECK(read); });
  bench.posted.run_one();
  CHECK_FALSE(bench.commits.back().changed);
  CHECK_FALSE(bench.bus->healthy());  // reading proves nothing
  bench.bus->submit(bench.append(3, bench.answers));
  bench.posted.run_one();
  CHECK(bench.commits.back().changed);
  CHECK(bench.bus->healthy());
  CHECK(bench.objects() == std::vector<std::int64_t>{0, 3});
}

TEST_CASE("bus: a full queue and a draining bus refuse at once; what waited is carried out") {
  BusBench bench;
  auto go = bench.block();
  for (std::size_t i = 0; i < queue_max; ++i)
    bench.bus->submit<int>([](Workspace&) -> Result<int> { return 1; }, [](const Result<int>&) {});
  bench.bus->submit(bench.append(1, bench.answers));
  bench.posted.run_one();
  REQUIRE(bench.answers.size() == 1);
  CHECK(bench.answers.front().error().code == ErrorCode::storage_unavailable);
  CHECK(bench.answers.front().error().retry_after);
  bench.bus->stop_accepting();
  bench.bus->submit(bench.append(2, bench.answers));
  bench.posted.run_one();
  CHECK(bench.answers.back().error().code == ErrorCode::draining);
  go.set_value();
  bench.bus.reset();
  while (bench.posted.waiting() > 0) bench.posted.run_one();
  std::size_t carried_out = 0;
  for (const auto& commit : bench.commits) carried_out += commit.commands;
  CHECK(carried_out == queue_max + 1);
}

TEST_CASE("bus: its thread lives while it has nothing to do, and its turn counts from when work came") {
  BusBench bench;
  bench.clock.advance(std::chrono::hours{1});
  CHECK(bench.bus->last_turn() == bench.clock.steady_now());
  auto go = bench.block();
  const auto begun = bench.clock.steady_now();
  CHECK(bench.bus->last_turn() == begun);
  bench.clock.advance(std::chrono::minutes{1});
  bench.bus->submit(bench.append(1, bench.answers));
  CHECK(bench.bus->last_turn() == begun);
  go.set_value();
  bench.posted.run_one();
  bench.posted.run_one();
}

struct PoolBench : CommandBench {
  Posted posted;
  std::vector<std::string> failed;
  std::mutex failed_mutex;
  std::optional<ReaderPool> pool;

  explicit PoolBench(int threads) {
    std::vector<ReaderPool::Connections> connections;
    for (int i = 0; i < threads; ++i) connections.push_back({another_reader(), search_reader()});
    pool.emplace(std::move(connections), ReaderPoolSurroundings{posted.poster(), [this](const std::string& what) {
                                                                  const std::lock_guard lock(failed_mutex);
                                                                  failed.push_back(what);
                                                                }});
  }
};

TEST_CASE("readers: a read sees one moment, its answer comes on the net thread") {
  PoolBench bench(2);
  std::optional<std::int64_t> head;
  bench.pool->read<std::int64_t>(
      [](const ReadSources& sources) -> Result<std::int64_t> { return sources.tables.events().head(); },
      [&](const Result<std::int64_t>& found) { head = found.value(); });
  CHECK_FALSE(head);
  bench.posted.run_one();
  CHECK(head == 0);
}

TEST_CASE("readers: a refusal is passed on, a bug is internal, a failing store unavailable, and the thread goes on") {
  PoolBench bench(1);
  std::vector<Result<int>> answers;
  const auto read = [&](std::function<Result<int>(const ReadSources&)> fn) {
    bench.pool->read<int>(std::move(fn), [&](Result<int> answer) { answers.push_back(std::move(answer)); });
    bench.posted.run_one();
  };
  read([](const ReadSources&) -> Result<int> { return not_found("nothing"); });
  read([](const ReadSources&) -> Result<int> { throw std::logic_error("a bug"); });
  read([](const ReadSources&) -> Result<int> {
    throw storage::StorageFailure(storage::FailureKind::unavailable, "I/O error");
  });
  read([](const ReadSources&) -> Result<int> { return 1; });
  CHECK(answers[0].error().code == ErrorCode::not_found);
  CHECK(answers[1].error().code == ErrorCode::internal);
  CHECK(answers[2].error().code == ErrorCode::storage_unavailable);
  CHECK(answers[3].ok());
  CHECK(bench.failed.size() == 2);
}

TEST_CASE("readers: what waits is carried out before the end, and too much is refused") {
  PoolBench bench(1);
  std::promise<void> go;
  auto wait = go.get_future().share();
  auto entered = std::make_shared<std::promise<void>>();
  int done = 0;
  int refused = 0;
  const auto count = [&](const Result<void>& outcome) { ++(outcome ? done : refused); };
  bench.pool->submit(
      [wait, entered](const ReadSources&) {
        entered->set_value();
        wait.wait();
      },
      count);
  entered->get_future().wait();
  for (std::size_t i = 0; i < reads_waiting_max + 1; ++i) bench.pool->submit([](const ReadSources&) {}, count);
  bench.posted.run_one();
  CHECK(refused == 1);
  go.set_value();
  bench.pool.reset();
  while (bench.posted.waiting() > 0) bench.posted.run_one();
  CHECK(done == static_cast<int>(reads_waiting_max) + 1);
}

}  // namespace
}  // namespace inboxd::command_bus
