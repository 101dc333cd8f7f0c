// Running the steps that a database has not seen.
#include "storage/sqlite/migrator.hpp"

#include <fmt/format.h>

#include "storage/sqlite/directory.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

/// Written under another name first, so that a copy cut short by a crash is never taken for one.
void keep_copy(Connection& connection, const std::filesystem::path& directory, int next_step) {
  const auto copy = directory / fmt::format("before-step-{}.db", next_step);
  auto unfinished = copy;
  unfinished += ".unfinished";
  std::filesystem::remove(unfinished);
  execute(connection, "VACUUM INTO $1", unfinished.string());
  sync_file(unfinished);
  std::filesystem::rename(unfinished, copy);
  sync_directory(directory);
}

void run_step(Connection& connection, const SqlStep& step, Timestamp now) {
  execute(connection, "BEGIN IMMEDIATE");
  try {
    connection.run_step(step);
    execute(connection, "INSERT INTO schema_steps (number, name, applied_at) VALUES ($1, $2, $3)", step.number,
            step.name, now);
    execute(connection, "COMMIT");
  } catch (...) {
    if (connection.in_transaction()) execute(connection, "ROLLBACK");
    throw;
  }
}

}  // namespace

int steps_seen(Connection& connection) {
  {
    Query table(connection, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_steps'");
    if (!table.next()) return 0;
  }
  Query query(connection, "SELECT coalesce(max(number), 0) FROM schema_steps");
  query.next();
  return query.value<int>();
}

bool migrate(Connection& connection, const std::vector<SqlStep>& steps, const std::filesystem::path& directory,
             Timestamp now, OpenError& error) {
  const int seen = steps_seen(connection);
  const int known = static_cast<int>(steps.size());
  if (seen > known) {
    error = {OpenRefusal::newer_schema,
             fmt::format("the database in {} has schema step {}, this program knows {}; run the newer inboxd, or put "
                         "back {} made before the upgrade",
                         directory.string(), seen, known, fmt::format("before-step-{}.db", known + 1))};
    return false;
  }
  if (seen > 0 && seen < known) keep_copy(connection, directory, seen + 1);
  for (int step = seen; step < known; ++step) run_step(connection, steps[static_cast<std::size_t>(step)], now);
  return true;
}

}  // namespace inboxd::storage::sqlite
