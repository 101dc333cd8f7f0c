// One group of commands in one transaction: who is kept, who is told what, when the store fails.
#include "daemon/command_bus/group.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/command_bench.hpp"

namespace inboxd::command_bus {
namespace {

using storage::FailureKind;

TEST_CASE("group: a refused command leaves nothing, one that throws is named, the others are committed together") {
  CommandBench bench;
  std::vector<std::unique_ptr<Job>> jobs;
  std::vector<Result<int>> answers;
  jobs.push_back(bench.append(1, answers));
  jobs.push_back(bench.append_then(2, answers, [] { return Result<int>(bad_request("no")); }));
  jobs.push_back(bench.append_then(3, answers, []() -> Result<int> { throw std::logic_error("a bug"); }));
  jobs.push_back(bench.append(4, answers));
  std::vector<std::pair<std::size_t, std::string>> broken;
  const auto outcome = run_group(*bench.writer, bench.clock, jobs, broken);
  CHECK_FALSE(outcome.failure);
  CHECK(outcome.head == 2);
  REQUIRE(broken.size() == 1);
  CHECK(broken.front().first == 2);
  CHECK(broken.front().second == "a bug");
  CHECK(bench.objects() == std::vector<std::int64_t>{1, 4});
  for (const auto index : {0, 1, 3}) jobs[static_cast<std::size_t>(index)]->answer(std::nullopt);
  REQUIRE(answers.size() == 3);
  CHECK(answers[0].ok());
  CHECK(answers[1].error().code == ErrorCode::bad_request);
}

TEST_CASE("group: after a passing failure of the store all run once more, and each counts once") {
  CommandBench bench;
  std::vector<std::unique_ptr<Job>> jobs;
  std::vector<Result<int>> answers;
  int failures = 1;
  jobs.push_back(bench.append(1, answers));
  jobs.push_back(bench.append_then(2, answers, [&]() -> Result<int> {
    if (failures-- > 0) throw storage::StorageFailure(FailureKind::unavailable, "disk full");
    return 2;
  }));
  std::vector<std::pair<std::size_t, std::string>> broken;
  CHECK_FALSE(run_group(*bench.writer, bench.clock, jobs, broken).failure);
  CHECK(bench.objects() == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("group: after a lasting failure nobody is carried out, the reason is kept, and the next group works") {
  CommandBench bench;
  std::vector<std::unique_ptr<Job>> jobs;
  std::vector<Result<int>> answers;
  int runs = 0;
  jobs.push_back(bench.append(1, answers));
  jobs.push_back(bench.append_then(2, answers, [&]() -> Result<int> {
    ++runs;
    throw storage::StorageFailure(FailureKind::unavailable, "disk full");
  }));
  std::vector<std::pair<std::size_t, std::string>> broken;
  const auto outcome = run_group(*bench.writer, bench.clock, jobs, broken);
  CHECK(outcome.failure->code == ErrorCode::storage_unavailable);
  CHECK(outcome.failure->retry_after);
  CHECK(outcome.kind == FailureKind::unavailable);
  CHECK(outcome.what == "disk full");
  CHECK(runs == 2);
  CHECK(bench.objects().empty());
  jobs.clear();
  jobs.push_back(bench.append(3, answers));
  CHECK_FALSE(run_group(*bench.writer, bench.clock, jobs, broken).failure);
  CHECK(bench.objects() == std::vector<std::int64_t>{3});
}

}  // namespace
}  // namespace inboxd::command_bus
