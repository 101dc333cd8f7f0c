// Opens everything that lives in a directory, in this order: directory, lock, database, schema, checks, blobs, search.
#include "storage/open.hpp"

#include <fmt/format.h>

#include "storage/backup.hpp"
#include "storage/blobs/file_blobs.hpp"
#include "storage/sqlite/checks.hpp"
#include "storage/sqlite/directory.hpp"
#include "storage/sqlite/master_key.hpp"
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

std::string read_epoch(Connection& connection, const OpenOptions& options) {
  {
    Query query(connection, "SELECT value FROM meta WHERE name = 'epoch'");
    if (query.next()) return query.value<std::string>();
  }
  auto epoch = draw_epoch(options.random());
  sqlite::execute(connection, "INSERT INTO meta (name, value) VALUES ('epoch', $1)", epoch);
  return epoch;
}

bool prepare_database(sqlite::StoreContext& context, const OpenOptions& options, KeyReport& keys, OpenError& error) {
  Connection connection(context.file, {});
  if (!sqlite::migrate(connection, sql_steps(), options.directory, options.now, error)) return false;
  // Reading the schema has already checked the file's header and its length.
  sqlite::check_counters(connection);
  context.epoch = read_epoch(connection, options);
  if (options.keys) {
    context.seal = sqlite::prepare_seal(connection, options.directory, *options.keys, keys, error);
    if (!context.seal) return false;
  }
  sqlite::sync_directory(options.directory);
  return true;
}

std::optional<OpenedStore> open_locked(const OpenOptions& options, OpenError& error) {
  auto context = std::make_shared<sqlite::StoreContext>();
  context->file = options.directory / "inboxd.db";
  context->lock = sqlite::lock_directory(options.directory, error);
  if (!context->lock) return std::nullopt;
  // Of a restore that was interrupted: it goes on, or what it had not finished is gone.
  finish_restore(options.directory);
  remove_abandoned_copies(options.directory);
  OpenedStore opened;
  if (!prepare_database(*context, options, opened.keys, error)) return std::nullopt;
  opened.lock = context->lock;
  const auto keeper = std::make_shared<BlobKeeper>();
  opened.blobs = open_file_blobs(options.directory / "blobs", keeper);
  opened.keep_blobs = [keeper] { return keeper->keep_all(); };
  opened.copy_into = [context](const std::filesystem::path& file, const CopyWatch& watch) {
    return sqlite::copy_database(*context, file, watch);
  };
  opened.derive_secret = [seal = context->seal](std::string_view purpose) {
    return seal ? seal->derive(purpose) : std::string();
  };
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
