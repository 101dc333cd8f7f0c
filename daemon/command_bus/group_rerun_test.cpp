// A command that gives up after it has written: what becomes of it, and of those that share its transaction.
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <stdlib.h>

#include "daemon/command_bus/group.hpp"
#include "storage/open.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"

namespace inboxd::command_bus {
namespace {

struct Store {
  Store() {
    std::string pattern = (std::filesystem::temp_directory_path() / "group-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = pattern;
    storage::OpenError error;
    opened = storage::open_store({folder / "store", [] { return std::uint64_t{7}; }, clock.now()}, error);
    writer = opened->store->open_writer();
  }
  ~Store() {
    writer.reset();
    opened.reset();
    std::error_code ignored_at_the_end_of_a_test;
    std::filesystem::remove_all(folder, ignored_at_the_end_of_a_test);
  }

  /// Makes a contact of that name, then ends as told.
  void add(const std::string& name, const std::function<Result<bool>()>& end) {
    jobs.push_back(std::make_unique<CommandJob<bool>>(
        [name, end](Workspace& workspace) -> Result<bool> {
          Contact contact;
          contact.name = name;
          workspace.tables.contacts().insert(contact);
          return end();
        },
        [this](const Result<bool>& answer) { answers.push_back(answer.ok()); }));
  }
  GroupOutcome run() {
    auto outcome = run_group(*writer, clock, jobs, broken);
    for (std::size_t i = 0; i < jobs.size(); ++i)
      if (broken.empty() || broken.front().first != i) jobs[i]->answer(outcome.failure);
    return outcome;
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    opened->store->open_reader()->read([&](const storage::Tables& tables) {
      for (std::int64_t id = 1; id < 10; ++id)
        if (const auto contact = tables.contacts().find(ContactId{id})) found.push_back(contact->name);
    });
    return found;
  }

  std::filesystem::path folder;
  ManualClock clock;
  std::optional<storage::OpenedStore> opened;
  std::unique_ptr<storage::Writer> writer;
  std::vector<std::unique_ptr<Job>> jobs;
  std::vector<std::pair<std::size_t, std::string>> broken;
  std::vector<bool> answers;
};

Result<bool> kept() { return true; }
Result<bool> refused() { return bad_request("no"); }
Result<bool> broken_command() { throw std::logic_error("a bug"); }

TEST_CASE("a command that refuses after it has written leaves nothing, and its neighbours stay, once each") {
  Store store;
  store.add("first", kept);
  store.add("refused", refused);
  store.add("last", kept);
  CHECK_FALSE(store.run().failure);
  CHECK(store.answers == std::vector<bool>{true, false, true});
  CHECK(store.names() == std::vector<std::string>{"first", "last"});
}

TEST_CASE("a command that throws after it has written leaves nothing, is named once, and its neighbours stay") {
  Store store;
  store.add("first", kept);
  store.add("broken", broken_command);
  store.add("last", kept);
  CHECK_FALSE(store.run().failure);
  REQUIRE(store.broken.size() == 1);
  CHECK(store.broken.front().first == 1);
  CHECK(store.names() == std::vector<std::string>{"first", "last"});
}

TEST_CASE("a group says whether it changed what the engines wait for") {
  Store store;
  store.add("anna", kept);
  CHECK_FALSE(store.run().waiting_work_changed);
  store.jobs.clear();
  store.jobs.push_back(std::make_unique<CommandJob<bool>>(
      [](Workspace& workspace) -> Result<bool> {
        Inbox inbox;
        inbox.name = "shop";
        inbox.connector = "test";
        workspace.tables.inboxes().insert(inbox);
        return true;
      },
      nullptr));
  CHECK(store.run().waiting_work_changed);
}

}  // namespace
}  // namespace inboxd::command_bus
