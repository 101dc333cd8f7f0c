// Opening, settings, the statement cache and checkpoints of a connection.
#include "storage/sqlite/connection.hpp"

#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <sys/mman.h>

#include "storage/sqlite/failure.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

/// Nothing else opens the files while the lock is held, so waiting is only for a moment's overlap of connections.
constexpr int busy_timeout_ms = 2000;

/// The engine's statistics of memory are behind one lock for the whole process, taken by every allocation of every
/// connection; nobody reads them. Refused once the engine runs, which is then how it runs.
void leave_out_statistics() { [[maybe_unused]] static const int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/// The log's index lies in mapped files' pages, 32 KiB each, of which five cover a log of 20,446 pages: more than there
/// are between two checkpoints, unless a backup's reader keeps the log from starting over.
constexpr int index_region_bytes = 32768, index_regions = 5, memory_page_bytes = 4096;

/// What a kernel before 5.14 knows: each page is written to without a change, as others may be reading. An exchange, as
/// compilers leave out an addition of nothing.
void write_each_page(volatile void* region) {
  for (int at = 0; at < index_region_bytes; at += memory_page_bytes) {
    auto* byte = static_cast<volatile unsigned char*>(region) + at;
    unsigned char seen = *byte;
    while (!__atomic_compare_exchange_n(byte, &seen, seen, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) continue;
  }
}

/// Takes the disk's room for the log's index while there is some. The engine makes the mapped file with one byte in 4
/// KiB; where a block is smaller, the rest are holes, and the first touch of one on a full disk ends the process
/// (SIGBUS).
void take_room_for_index(sqlite3* database) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == nullptr ||
      file->pMethods == nullptr || file->pMethods->iVersion < 2)
    return;
  for (int region = 0; region < index_regions; ++region) {
    volatile void* mapped = nullptr;
    const int code = file->pMethods->xShmMap(file, region, index_region_bytes, 1, &mapped);
    if (code != SQLITE_OK) raise_failure(database, code, "make the log's index");
    // madvise(2): pages are made writable now, and a disk without room is an error instead of a signal.
    if (::madvise(const_cast<void*>(mapped), index_region_bytes, MADV_POPULATE_WRITE) == 0) continue;
    if (errno == EFAULT) raise_failure(nullptr, SQLITE_FULL, "take room for the log's index");
    write_each_page(mapped);
  }
}

int remember_log_pages(void* log_pages, sqlite3*, const char*, int pages) {
  *static_cast<int*>(log_pages) = pages;
  return SQLITE_OK;
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, const ConnectionOptions& options) {
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
      (options.access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  leave_out_statistics();
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  database_.reset(opened);
  if (code != SQLITE_OK) raise_failure(opened, code, "open " + file.string());
  configure(options);
}

void Connection::configure(const ConnectionOptions& options) {
  sqlite3* database = database_.get();
  sqlite3_busy_timeout(database, busy_timeout_ms);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  // An error of a checkpoint made by the engine itself is not reported, so it makes none: see checkpoint_when.
  run_script(
      "PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;");
  run_script(options.cache_size);
  if (options.access == Access::read_only) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return;
  }
  sqlite3_wal_hook(database, remember_log_pages, &log_pages_);
  run_script("PRAGMA journal_mode = WAL");
  run_script(options.durability == Durability::full ? Sql("PRAGMA synchronous = FULL")
                                                    : Sql("PRAGMA synchronous = NORMAL"));
  // Reading opens the log, and its index with it.
  run_script("PRAGMA schema_version");
  take_room_for_index(database);
}

void Connection::run_script(Sql sql) { run(sql.text()); }
void Connection::run_step(const SqlStep& step) { run(step.sql); }

void Connection::run(std::string_view sql) {
  const int code = sqlite3_exec(database_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise_failure(database_.get(), code, sql.substr(0, 80));
}

PreparedStatement& Connection::prepare(Sql sql, std::size_t values) {
  auto& prepared = statements_[sql.text().data()];
  if (prepared.handle) {
    if (prepared.busy) throw std::logic_error("statement used within itself: " + std::string(sql.text()));
    return prepared;
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.text().data(), static_cast<int>(sql.text().size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) raise_failure(database_.get(), code, sql.text());
  std::unique_ptr<sqlite3_stmt, StatementDeleter> owned(statement);
  std::vector<int> places;
  for (std::size_t k = 1; k <= values; ++k) {
    places.push_back(sqlite3_bind_parameter_index(statement, fmt::format("${}", k).c_str()));
    if (places.back() == 0) throw std::logic_error(fmt::format("no ${} in: {}", k, sql.text()));
  }
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(values))
    throw std::logic_error("more parameters than values in: " + std::string(sql.text()));
  prepared.handle = std::move(owned);
  prepared.places = std::move(places);
  return prepared;
}

void Connection::checkpoint_when(int pages_min) {
  if (log_pages_ < pages_min) return;
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  log_pages_ = 0;
  // A reader in the way or a full disk only puts it off: what is committed is safe in the log, and the next commit
  // counts its pages again. A failed fsync or a broken file is never passed over.
  if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_FULL) return;
  raise_failure(database_.get(), code, "checkpoint");
}

}  // namespace inboxd::storage::sqlite
