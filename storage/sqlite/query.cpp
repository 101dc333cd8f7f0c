// Binding, stepping and reading one statement.
#include "storage/sqlite/query.hpp"

#include <fmt/format.h>

#include "storage/sqlite/failure.hpp"
#include "storage/store.hpp"

namespace inboxd::storage::sqlite {

RunningStatement::RunningStatement(Connection& connection, Sql sql, std::size_t values, Lifetime lifetime)
    : connection_(connection),
      prepared_(connection.prepare(sql, values)),
      statement_(prepared_.handle.get()),
      destructor_(lifetime == Lifetime::copy ? SQLITE_TRANSIENT : SQLITE_STATIC) {
  prepared_.busy = true;
}

RunningStatement::~RunningStatement() {
  // The code repeats the error that step() has already thrown.
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  prepared_.busy = false;
}

bool RunningStatement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) raise_failure(connection_.handle(), code, sqlite3_sql(statement_));
  return false;
}

void RunningStatement::check(int code) const {
  if (code != SQLITE_OK) raise_failure(connection_.handle(), code, sqlite3_sql(statement_));
}

void RunningStatement::bind(std::size_t k, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, prepared_.places[k - 1], value));
}

void RunningStatement::bind(std::size_t k, std::string_view value) {
  const char* start = value.data() != nullptr ? value.data() : "";
  check(sqlite3_bind_text64(statement_, prepared_.places[k - 1], start, value.size(), destructor_, SQLITE_UTF8));
}

void RunningStatement::bind(std::size_t k, Bytes value) {
  const char* start = value.bytes.data() != nullptr ? value.bytes.data() : "";
  check(sqlite3_bind_blob64(statement_, prepared_.places[k - 1], start, value.bytes.size(), destructor_));
}

void RunningStatement::bind_null(std::size_t k) { check(sqlite3_bind_null(statement_, prepared_.places[k - 1])); }

bool RunningStatement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view RunningStatement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes != nullptr ? std::string_view(bytes, size) : std::string_view();
}

void RunningStatement::read(int column, std::int64_t& into) const { into = sqlite3_column_int64(statement_, column); }
void RunningStatement::read(int column, std::string& into) const { into.assign(text(column)); }
void RunningStatement::read(int column, int& into) const { into = sqlite3_column_int(statement_, column); }
void RunningStatement::read(int column, bool& into) const { into = sqlite3_column_int(statement_, column) != 0; }
void RunningStatement::read(int column, std::uint64_t& into) const {
  into = static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}
void RunningStatement::read(int column, Timestamp& into) const {
  into = from_unix_ms(sqlite3_column_int64(statement_, column));
}

void RunningStatement::refuse_word(int column) const {
  throw StorageFailure(FailureKind::corrupt,
                       fmt::format("sqlite: unknown word in column {} of: {}", sqlite3_column_name(statement_, column),
                                   sqlite3_sql(statement_)));
}

}  // namespace inboxd::storage::sqlite
