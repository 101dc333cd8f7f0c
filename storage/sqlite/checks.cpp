#include "storage/sqlite/checks.hpp"

#include <string>

#include "storage/sqlite/query.hpp"
#include "storage/store.hpp"

namespace inboxd::storage::sqlite {
namespace {

[[noreturn]] void refuse_corrupt(const std::string& what) { throw StorageFailure(FailureKind::corrupt, what); }

void expect_ok(Connection& connection, Sql pragma, const char* name) {
  Query found(connection, pragma);
  if (!found.next()) refuse_corrupt(std::string(name) + " says nothing");
  if (const auto word = found.value<std::string>(); word != "ok") refuse_corrupt(std::string(name) + ": " + word);
}

}  // namespace

void check_counters(Connection& connection) {
  expect_ok(connection, "PRAGMA quick_check('meta')", "quick_check of meta");
  expect_ok(connection, "PRAGMA quick_check('counters')", "quick_check of counters");
  Query counters(connection,
                 "SELECT coalesce((SELECT max(sequence) FROM events), 0) <= (SELECT value FROM counters WHERE "
                 "name = 'event_sequence') AND coalesce((SELECT max(number) FROM conversations), 0) <= (SELECT value "
                 "FROM counters WHERE name = 'ticket_number')");
  if (!counters.next() || counters.value<std::int64_t>() != 1) refuse_corrupt("the counters are behind their tables");
}

void check_everything(Connection& connection) {
  expect_ok(connection, "PRAGMA integrity_check(1)", "integrity_check");
  {
    Query broken(connection, "PRAGMA foreign_key_check");
    if (broken.next()) refuse_corrupt("a row of " + broken.value<std::string>() + " refers to one that is not there");
  }
  check_counters(connection);
  Query unknown(connection,
                "SELECT 1 FROM (SELECT blob_hash FROM attachments UNION ALL SELECT blob_hash FROM raw_originals) AS a "
                "WHERE a.blob_hash <> '' AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.hash = a.blob_hash AND "
                "blobs.reference_count > 0) LIMIT 1");
  if (unknown.next()) refuse_corrupt("an attachment or a raw original refers to a blob that is not counted");
}

}  // namespace inboxd::storage::sqlite
