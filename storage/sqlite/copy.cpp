// A copy of the live database by the engine's backup interface (https://www.sqlite.org/c3ref/backup_finish.html), read
// through a connection of its own that never checkpoints. Its one read transaction makes it a copy of one moment: the
// writer goes on, its log only cannot start over before the copy is done.
#include <memory>

#include "storage/sqlite/directory.hpp"
#include "storage/sqlite/failure.hpp"
#include "storage/sqlite/query.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr int pages_at_once = 256;
/// Written back now and then: a disk with much left to write would make the writer's next fsync wait for all of it.
constexpr std::uint64_t unsynced_bytes_max = 16U << 20U;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinishBackup {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

void run(sqlite3* database, const char* sql) {
  if (const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
    raise_failure(database, code, sql);
}

/// Without a journal: a copy cut short is thrown away.
Database create(const std::filesystem::path& file) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(
      file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  Database database(opened);
  if (code != SQLITE_OK) raise_failure(opened, code, "create " + file.string());
  run(opened, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2048;");
  return database;
}

std::uint64_t bytes_of(Connection& source, int pages) {
  Query size(source, "PRAGMA page_size");
  size.next();
  return static_cast<std::uint64_t>(size.value<std::int64_t>()) * static_cast<std::uint64_t>(pages);
}

bool copy_pages(Connection& source, sqlite3* into, const std::filesystem::path& file, const CopyWatch& watch) {
  const std::unique_ptr<sqlite3_backup, FinishBackup> backup(
      sqlite3_backup_init(into, "main", source.handle(), "main"));
  if (!backup) raise_failure(into, sqlite3_extended_errcode(into), "begin a copy");
  std::uint64_t synced = 0;
  while (true) {
    const int code = sqlite3_backup_step(backup.get(), pages_at_once);
    if (code == SQLITE_DONE) return true;
    if (code != SQLITE_OK) raise_failure(into, code, "copy into " + file.string());
    const int total = sqlite3_backup_pagecount(backup.get());
    const auto done = bytes_of(source, total - sqlite3_backup_remaining(backup.get()));
    if (!watch({done, bytes_of(source, total)})) return false;
    if (done - synced < unsynced_bytes_max) continue;
    sync_file(file);
    synced = done;
  }
}

}  // namespace

bool copy_database(const StoreContext& context, const std::filesystem::path& file, const CopyWatch& watch) {
  Connection source(context.file, {.access = Access::read_only, .cache_size = "PRAGMA cache_size = -2048"});
  auto into = create(file);
  execute(source, "BEGIN");
  {
    // The transaction's moment is that of its first read.
    Query moment(source, "SELECT 1 FROM meta");
    moment.next();
  }
  if (!copy_pages(source, into.get(), file, watch)) return false;
  execute(source, "COMMIT");
  // One file, to be read where nothing may be written: without the live one's write-ahead log.
  run(into.get(), "PRAGMA journal_mode = DELETE");
  into.reset();
  sync_file(file);
  sync_directory(file.parent_path());
  return true;
}

}  // namespace inboxd::storage::sqlite
