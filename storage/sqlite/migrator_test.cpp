// Upgrades: from nothing, from each earlier step, never from a newer one; a copy first, a failed step leaves all as
// it was.
#include "storage/sqlite/migrator.hpp"

#include "storage/sqlite/query.hpp"
#include "storage/store.hpp"
#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage::sqlite {
namespace {

const Timestamp now = from_unix_ms(1'700'000'000'000);

/// The true steps and two that come later.
std::vector<SqlStep> later_steps() {
  auto steps = sql_steps();
  const int next = static_cast<int>(steps.size()) + 1;
  steps.push_back({next, "0900_first", "CREATE TABLE first_later (id INTEGER PRIMARY KEY) STRICT;"});
  steps.push_back({next + 1, "0901_second", "CREATE TABLE second_later (id INTEGER PRIMARY KEY) STRICT;"});
  return steps;
}

struct Database {
  bool migrate_to(const std::vector<SqlStep>& steps) { return migrate(connection, steps, folder.path(), now, error); }
  bool has_copy(int step) {
    return std::filesystem::exists(folder.path() / ("before-step-" + std::to_string(step) + ".db"));
  }

  conformance::TemporaryFolder folder;
  Connection connection{folder.path() / "inboxd.db", {}};
  OpenError error;
};

}  // namespace

TEST_CASE("an empty database takes every step and needs no copy", "[storage]") {
  Database database;
  CHECK(steps_seen(database.connection) == 0);
  CHECK(database.migrate_to(later_steps()));
  CHECK(steps_seen(database.connection) == static_cast<int>(later_steps().size()));
  CHECK_FALSE(database.has_copy(1));
  CHECK(database.migrate_to(later_steps()));
}

TEST_CASE("a database of any earlier step is copied, then brought up", "[storage]") {
  const auto all = later_steps();
  for (std::size_t earlier = 1; earlier < all.size(); ++earlier) {
    Database database;
    REQUIRE(database.migrate_to({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(earlier)}));
    execute(database.connection, "INSERT INTO meta (name, value) VALUES ('epoch', 'abc')");
    execute(database.connection,
            "INSERT INTO events (sequence, type, object, version, actor_kind, actor_id, cause, changes, happened_at) "
            "VALUES (7, 'inbox.health', 1, 2, 'system', 0, 'x', '', 5)");
    REQUIRE(database.migrate_to(all));
    CHECK(steps_seen(database.connection) == static_cast<int>(all.size()));
    Query kept(database.connection, "SELECT version FROM events WHERE sequence = 7");
    CHECK((kept.next() && kept.value<int>() == 2));
    const int next = static_cast<int>(earlier) + 1;
    REQUIRE(database.has_copy(next));
    Connection copy(database.folder.path() / ("before-step-" + std::to_string(next) + ".db"), {});
    CHECK(steps_seen(copy) == static_cast<int>(earlier));
    Query epoch(copy, "SELECT value FROM meta WHERE name = 'epoch'");
    CHECK((epoch.next() && epoch.value<std::string>() == "abc"));
  }
}

TEST_CASE("a newer schema is refused untouched", "[storage]") {
  Database database;
  REQUIRE(database.migrate_to(later_steps()));
  CHECK_FALSE(database.migrate_to(sql_steps()));
  CHECK(database.error.refusal == OpenRefusal::newer_schema);
  CHECK(database.error.detail.find("newer inboxd") != std::string::npos);
  CHECK(steps_seen(database.connection) == static_cast<int>(later_steps().size()));
}

TEST_CASE("a step that fails leaves the schema before it", "[storage]") {
  Database database;
  REQUIRE(database.migrate_to(sql_steps()));
  auto steps = later_steps();
  steps.back().sql = "CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; INSERT INTO nowhere VALUES (1);";
  CHECK_THROWS(database.migrate_to(steps));
  CHECK(steps_seen(database.connection) == static_cast<int>(steps.size()) - 1);
  CHECK_FALSE(database.connection.in_transaction());
  Query half(database.connection, "SELECT 1 FROM sqlite_schema WHERE name = 'half'");
  CHECK_FALSE(half.next());
}

TEST_CASE("a copy that a crash cut short is made again", "[storage]") {
  Database database;
  REQUIRE(database.migrate_to(sql_steps()));
  const int next = static_cast<int>(sql_steps().size()) + 1;
  const auto name = "before-step-" + std::to_string(next) + ".db.unfinished";
  Connection(database.folder.path() / name, {}).run_script("CREATE TABLE cut_short (id INTEGER)");
  CHECK(database.migrate_to(later_steps()));
  CHECK(database.has_copy(next));
}

}  // namespace inboxd::storage::sqlite
