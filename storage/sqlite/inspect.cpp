#include "storage/sqlite/inspect.hpp"

#include "storage/sqlite/checks.hpp"
#include "storage/sqlite/migrator.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {

CopyFacts inspect_copy(const std::filesystem::path& database, const std::function<void(const std::string&)>& on_blob) {
  Connection connection(database, {.access = Access::read_only, .cache_size = "PRAGMA cache_size = -8192"});
  check_everything(connection);
  CopyFacts facts;
  facts.schema_step = steps_seen(connection);
  {
    Query query(connection,
                "SELECT (SELECT value FROM meta WHERE name = 'epoch'), (SELECT value FROM counters WHERE "
                "name = 'event_sequence')");
    query.next();
    query.read(facts.epoch, facts.head);
  }
  Query blobs(connection, "SELECT hash FROM blobs WHERE reference_count > 0 ORDER BY hash");
  while (blobs.next()) on_blob(blobs.value<std::string>());
  return facts;
}

}  // namespace inboxd::storage::sqlite
