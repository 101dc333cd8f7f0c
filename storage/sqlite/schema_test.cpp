// The schema file and the steps say the same, in the words of the program's enums.
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "schemas/types/event.hpp"
#include "schemas/types/vocabulary.hpp"
#include "storage/sqlite/query.hpp"
#include "storage/tables/outbox.hpp"
#include "storage/tables/timers.hpp"
#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage::sqlite {
namespace {

using Words = std::set<std::string>;

std::string schema_file() {
  std::ifstream file(std::string(INBOXD_SOURCE_DIR) + "/schemas/sql/schema.sql");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Kind, name and text of everything, without comments and line breaks.
std::map<std::string, std::string> shape_of(Connection& connection) {
  std::map<std::string, std::string> shape;
  Query query(connection, "SELECT type, name, coalesce(sql, '') FROM sqlite_schema");
  while (query.next()) {
    std::string type, name, sql;
    query.read(type, name, sql);
    sql = std::regex_replace(sql, std::regex("--[^\n]*"), "");
    shape[type + " " + name] = std::regex_replace(sql, std::regex("\\s+"), " ");
  }
  return shape;
}

std::map<std::string, std::int64_t> counters_of(Connection& connection) {
  std::map<std::string, std::int64_t> counters;
  Query query(connection, "SELECT name, value FROM counters");
  while (query.next()) {
    std::string name;
    std::int64_t value = 0;
    query.read(name, value);
    counters[name] = value;
  }
  return counters;
}

/// The words that the table's column accepts.
Words checked_words(Connection& connection, const std::string& table, const std::string& column) {
  const auto sql = shape_of(connection).at("table " + table);
  std::smatch found;
  Words words;
  if (!std::regex_search(sql, found, std::regex("CHECK \\((" + column + " (?:IN|=) [^)]*)\\)"))) return words;
  const std::string list = found[1];
  const std::regex word("'([^']*)'");
  for (auto at = std::sregex_iterator(list.begin(), list.end(), word); at != std::sregex_iterator(); ++at)
    words.insert((*at)[1]);
  return words;
}

template <class E>
Words names_of() {
  Words words;
  for (const auto& [value, name] : EnumNames<E>::table) words.emplace(name);
  return words;
}

struct FromSteps {
  FromSteps() {
    for (const auto& step : sql_steps()) connection.run_step(step);
  }
  conformance::TemporaryFolder folder;
  Connection connection{folder.path() / "steps.db", {}};
};

}  // namespace

TEST_CASE("running the steps gives the schema that is there to read", "[storage]") {
  FromSteps steps;
  const auto text = schema_file();
  Connection read(steps.folder.path() / "read.db", {});
  read.run_step({0, "schema", text});
  CHECK(shape_of(read) == shape_of(steps.connection));
  CHECK(counters_of(read) == counters_of(steps.connection));
}

TEST_CASE("steps are numbered from one without gaps", "[storage]") {
  int expected = 1;
  for (const auto& step : sql_steps()) CHECK(step.number == expected++);
}

TEST_CASE("the words of CHECK constraints are those of the enums", "[storage]") {
  FromSteps steps;
  const auto words = [&](const char* table, const char* column) {
    return checked_words(steps.connection, table, column);
  };
  CHECK(words("inboxes", "health_state") == names_of<InboxHealthState>());
  CHECK(words("agents", "role") == names_of<Role>());
  CHECK(words("conversations", "status") == names_of<ConversationStatus>());
  CHECK(words("conversations", "priority") == names_of<Priority>());
  CHECK(words("messages", "direction") == names_of<Direction>());
  CHECK(words("messages", "kind") == names_of<MessageKind>());
  CHECK(words("messages", "author_kind") == names_of<AuthorKind>());
  CHECK(words("messages", "delivery_state") == names_of<DeliveryState>());
  CHECK(words("reactions", "author_kind") == names_of<AuthorKind>());
  CHECK(words("parked_receipts", "state") == names_of<DeliveryState>());
  CHECK(words("attachments", "state") == names_of<AttachmentState>());
  CHECK(words("outbox", "action") == names_of<OutboxAction>());
  CHECK(words("outbox", "in_flight") == names_of<InFlight>());
  CHECK(words("events", "type") == names_of<EventType>());
  CHECK(words("events", "actor_kind") == names_of<ActorKind>());
  CHECK(words("audit", "actor_kind") == names_of<ActorKind>());
  CHECK(words("timers", "kind") == names_of<TimerKind>());
  auto outbox_states = names_of<DeliveryState>();
  outbox_states.erase("delivered");
  outbox_states.erase("read");
  CHECK(words("outbox", "state") == outbox_states);
}

TEST_CASE("every table is STRICT, and every id is never used again", "[storage]") {
  FromSteps steps;
  for (const auto& [name, sql] : shape_of(steps.connection)) {
    if (!name.starts_with("table ") || name.starts_with("table sqlite_")) continue;
    INFO(name);
    CHECK(sql.find("STRICT") != std::string::npos);
    if (sql.find(" id INTEGER") != std::string::npos)
      CHECK(sql.find(" id INTEGER PRIMARY KEY AUTOINCREMENT") != std::string::npos);
  }
}

}  // namespace inboxd::storage::sqlite
