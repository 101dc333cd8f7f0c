// Opens everything that lives in a directory, in this order: directory, lock, database, schema, checks, blobs, search.
#include "storage/open.hpp"

#include <fmt/format.h>

#include "storage/blobs/file_blobs.hpp"
#include "storage/sqlite/directory.hpp"
#include "storage/sqlite/migrator.hpp"
#include "storage/sqlite/query.hpp"
#include "storage/sqlite/search.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace inboxd::storage {
namespace {

using sqlite::Connection;
using sqlite::Query;

/// Eight digits of base 36.
std::string draw_epoch(std::uint64_t random) {
  std::string epoch;
  for (int digit = 0; digit < 8; ++digit, random /= 36) epoch += "0123456789abcdefghijklmnopqrstuvwxyz"[random % 36];
  return epoch;
}

[[noreturn]] void refuse_corrupt(const std::string& what) { throw StorageFailure(FailureKind::corrupt, what); }

/// Cheap at any size: the small tables page by page, and that the counters agree with the large ones. Reading the
/// schema has already checked the file's header and its length.
void check(Connection& connection) {
  {
    Query tables(connection, "PRAGMA quick_check('meta')");
    if (!tables.next() || tables.value<std::string>() != "ok") refuse_corrupt("quick_check of meta fails");
  }
  {
    Query tables(connection, "PRAGMA quick_check('counters')");
    if (!tables.next() || tables.value<std::string>() != "ok") refuse_corrupt("quick_check of counters fails");
  }
  Query counters(connection,
                 "SELECT coalesce((SELECT max(sequence) FROM events), 0) <= (SELECT value FROM counters WHERE "
                 "name = 'event_sequence') AND coalesce((SELECT max(number) FROM conversations), 0) <= (SELECT value "
                 "FROM counters WHERE name = 'ticket_number')");
  if (!counters.next() || counters.value<std::int64_t>() != 1) refuse_corrupt("the counters are behind their tables");
}

std::string read_epoch(Connection& connection, const OpenOptions& options) {
  {
    Query query(connection, "SELECT value FROM meta WHERE name = 'epoch'");
    if (query.next()) return query.value<std::string>();
  }
  const auto epoch = draw_epoch(options.random());
  sqlite::execute(connection, "INSERT INTO meta (name, value) VALUES ('epoch', $1)", epoch);
  return epoch;
}

bool prepare_database(sqlite::StoreContext& context, const OpenOptions& options, OpenError& error) {
  Connection connection(context.file, {});
  if (!sqlite::migrate(connection, sql_steps(), options.directory, options.now, error)) return false;
  check(connection);
  context.epoch = read_epoch(connection, options);
  sqlite::sync_directory(options.directory);
  return true;
}

std::optional<OpenedStore> open_locked(const OpenOptions& options, OpenError& error) {
  auto context = std::make_shared<sqlite::StoreContext>();
  context->file = options.directory / "inboxd.db";
  context->lock = sqlite::lock_directory(options.directory, error);
  if (!context->lock || !prepare_database(*context, options, error)) return std::nullopt;

  OpenedStore opened;
  opened.lock = context->lock;
  opened.blobs = open_file_blobs(options.directory / "blobs");
  auto search = sqlite::open_search(options.directory / "search.db", context->lock);
  opened.search_writer = std::move(search.writer);
  opened.open_search_reader = std::move(search.open_reader);
  opened.store = std::make_unique<sqlite::SqliteStore>(std::move(context));
  return opened;
}

std::string repair_hint(const OpenOptions& options, const char* what) {
  return fmt::format("the database in {} is damaged ({}); restore a backup, or move inboxd.db away to start empty",
                     options.directory.string(), what);
}

}  // namespace

std::optional<OpenedStore> open_store(const OpenOptions& options, OpenError& error) {
  try {
    if (!sqlite::prepare_directory(options.directory, error)) return std::nullopt;
    return open_locked(options, error);
  } catch (const StorageFailure& failure) {
    if (failure.kind() == FailureKind::corrupt)
      error = {OpenRefusal::corrupt, repair_hint(options, failure.what())};
    else
      error = {OpenRefusal::unavailable, failure.what()};
  } catch (const std::filesystem::filesystem_error& failure) {
    error = {OpenRefusal::unavailable, failure.what()};
  }
  return std::nullopt;
}

}  // namespace inboxd::storage
