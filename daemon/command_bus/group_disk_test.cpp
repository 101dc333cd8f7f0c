// Groups over a disk that fails at every call in turn: what was acknowledged is there afterwards, what was not is there
// whole or not at all, and after a failed fsync nobody is told yes.
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/command_bus/group.hpp"
#include "storage/open.hpp"
#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/failing_vfs.hpp"
#include "tests/support/manual_clock.hpp"

namespace inboxd::command_bus {
namespace {

using storage::FailureKind;

constexpr int groups = 6;
constexpr int jobs_per_group = 2;

/// A store on a disk that fails: what its groups were told.
class Desk {
 public:
  explicit Desk(const std::filesystem::path& folder) : opened_(open(folder)), writer(opened_.store->open_writer()) {}

  static storage::OpenedStore open(const std::filesystem::path& folder) {
    return storage::conformance::SqliteBackEnd::open(folder);
  }

  /// Each job makes a contact and an event that points to it.
  GroupOutcome group(int number, std::size_t bytes = 300) {
    std::vector<std::unique_ptr<Job>> jobs;
    for (int n = 0; n < jobs_per_group; ++n) {
      jobs.push_back(std::make_unique<CommandJob<bool>>(
          [number, bytes](Workspace& workspace) -> Result<bool> {
            Contact contact;
            contact.name = std::to_string(number) + " " + std::string(bytes, 'x');
            Event event;
            event.object = workspace.tables.contacts().insert(contact).value;
            workspace.tables.events().append(event);
            return true;
          },
          [this, number](const Result<bool>& answer) { acknowledged[number] += answer.ok() ? 1 : 0; }));
    }
    std::vector<std::pair<std::size_t, std::string>> broken;
    const auto outcome = run_group(*writer, clock_, jobs, broken);
    CHECK(broken.empty());
    for (auto& job : jobs) job->answer(outcome.failure);
    return outcome;
  }

  std::unique_ptr<storage::Reader> reader() { return opened_.store->open_reader(); }

 private:
  ManualClock clock_;
  storage::OpenedStore opened_;

 public:
  std::unique_ptr<storage::Writer> writer;
  std::map<int, int> acknowledged;
};

/// How many contacts of each group there are; fails when one lacks its event, or an event its contact.
std::map<int, int> stored(storage::Reader& reader) {
  std::map<int, int> found;
  reader.read([&](const storage::Tables& tables) {
    std::set<std::int64_t> told;
    for (const auto& event : tables.events().after(0, 10'000)) told.insert(event.object);
    std::size_t contacts = 0;
    for (std::int64_t id = 1; id < 1'000; ++id) {
      const auto contact = tables.contacts().find(ContactId{id});
      if (!contact) continue;
      ++contacts;
      ++found[std::stoi(contact->name)];
      CHECK(told.count(id) == 1);
    }
    CHECK(told.size() == contacts);
  });
  return found;
}

void check_promises(const std::filesystem::path& folder, const std::map<int, int>& acknowledged) {
  Desk after(folder);
  const auto found = stored(*after.reader());
  for (const auto& [group, answers] : acknowledged) {
    CHECK((answers == 0 || answers == jobs_per_group));
    if (answers > 0) CHECK((found.count(group) == 1 && found.at(group) == answers));
  }
  for (const auto& [group, rows] : found) CHECK(rows == jobs_per_group);
  CHECK_FALSE(after.group(1'000).failure);
}

/// The files as a process leaves them that ends at once, without closing anything.
void leave(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

/// False: the workload makes fewer such calls.
bool survives(DiskCall call, int nth, DiskFault fault) {
  const storage::conformance::TemporaryFolder folder;
  const auto place = folder.path() / "store", left = folder.path() / "left";
  { Desk(place).group(0); }
  FailingVfs disk;
  std::map<int, int> acknowledged;
  {
    Desk desk(place);
    disk.arm(call, nth, fault);
    bool ended = false;
    for (int number = 1; number <= groups && !ended; ++number) {
      const int failed_before = disk.failed();
      const auto outcome = desk.group(number);
      if (disk.failed() > failed_before && call == DiskCall::sync) CHECK(outcome.kind == FailureKind::sync_failed);
      if (outcome.failure) CHECK(outcome.failure->code == ErrorCode::storage_unavailable);
      ended = outcome.kind && *outcome.kind != FailureKind::unavailable;
    }
    if (disk.failed() > 0) CHECK(ended == (call == DiskCall::sync));
    disk.heal();
    if (!ended) CHECK_FALSE(desk.group(groups + 1).failure);  // by itself
    acknowledged = desk.acknowledged;
    leave(place, left);
  }
  acknowledged[0] = jobs_per_group;
  check_promises(left, acknowledged);
  return disk.failed() > 0;
}

void fail_each(DiskCall call, DiskFault fault, int calls_min) {
  int nth = 1;
  while (survives(call, nth, fault)) ++nth;
  CHECK(nth > calls_min);  // else the disk was not in the way
}

TEST_CASE("group: whichever fsync fails, nobody is told yes after it, and what was acknowledged is there") {
  fail_each(DiskCall::sync, DiskFault::passing, groups);
  fail_each(DiskCall::sync, DiskFault::lasting, groups);
}

TEST_CASE("group: whichever write fails, what was acknowledged is there, the rest whole or not at all") {
  fail_each(DiskCall::write, DiskFault::passing, groups);
  fail_each(DiskCall::write, DiskFault::lasting, groups);
}

TEST_CASE("group: whichever read fails, what was acknowledged is there, and the bus goes on once reads work") {
  fail_each(DiskCall::read, DiskFault::passing, 3);
  fail_each(DiskCall::read, DiskFault::lasting, 3);
}

TEST_CASE("group: an fsync that fails while the log is moved into the file is not tried again") {
  // More than the log holds before it is moved: the next group's begin moves it.
  constexpr std::size_t bytes = 35 << 20;
  const storage::conformance::TemporaryFolder folder;
  FailingVfs disk;
  for (const int nth : {1, 2}) {
    Desk desk(folder.path() / std::to_string(nth));
    REQUIRE_FALSE(desk.group(1, bytes).failure);
    disk.arm(DiskCall::sync, nth, DiskFault::passing);
    const auto outcome = desk.group(2);
    CHECK(disk.failed() == 1);
    CHECK(outcome.kind == FailureKind::sync_failed);
    CHECK(desk.acknowledged[2] == 0);
  }
}

TEST_CASE("a reader on a disk that fails says so, and reads again once it works") {
  const storage::conformance::TemporaryFolder folder;
  { Desk(folder.path()).group(1); }
  FailingVfs disk;
  for (int nth = 1; nth < 20; ++nth) {
    Desk desk(folder.path());
    const auto reader = desk.reader();
    disk.arm(DiskCall::read, nth, DiskFault::lasting);
    std::map<int, int> found;
    try {
      found = stored(*reader);
    } catch (const storage::StorageFailure& failure) {
      CHECK(failure.kind() == FailureKind::unavailable);
    }
    CHECK(found.empty() == (disk.failed() > 0));
    disk.heal();
    CHECK(stored(*reader) == std::map<int, int>{{1, jobs_per_group}});
  }
}

}  // namespace
}  // namespace inboxd::command_bus
