// The sorting of SQLite's result codes (https://www.sqlite.org/rescode.html) into the port's failure kinds.
#include "storage/sqlite/failure.hpp"

#include <fmt/format.h>

#include "storage/store.hpp"

namespace inboxd::storage::sqlite {
namespace {

FailureKind kind_of_io_error(int extended) {
  switch (extended) {
    // After a failed fsync the kernel may have dropped the pages: a second fsync that succeeds proves nothing.
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
      return FailureKind::sync_failed;
    case SQLITE_IOERR_DATA:
    case SQLITE_IOERR_CORRUPTFS:
      return FailureKind::corrupt;
    // Numbers from outside: reads, writes, locks and what later versions add may all pass.
    default:
      return FailureKind::unavailable;
  }
}

}  // namespace

void raise_failure(sqlite3* database, int code, std::string_view while_doing) {
  const int extended = database != nullptr ? sqlite3_extended_errcode(database) : code;
  const int cause = (extended & 0xff) == (code & 0xff) ? extended : code;
  const auto what =
      fmt::format("sqlite: {} ({}) in: {}", database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code),
                  cause, while_doing);
  switch (cause & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw StorageFailure(FailureKind::corrupt, what);
    case SQLITE_IOERR:
      throw StorageFailure(kind_of_io_error(cause), what);
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      throw StorageFailure(FailureKind::unavailable, what);
    // Numbers from outside: what remains (a constraint, misuse, a statement that does not parse) is our mistake.
    default:
      throw std::logic_error(what);
  }
}

}  // namespace inboxd::storage::sqlite
