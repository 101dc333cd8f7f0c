// Running a statement: values in as $1, $2, …, columns out in order, everything released at the end of scope.
//
//     Query query(connection, "SELECT id, name FROM teams WHERE id = $1", id);
//     if (query.next()) query.read(team.id, team.name);
//     execute(connection, "UPDATE …", a, b);
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/types/enum_names.hpp"
#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"
#include "storage/sqlite/connection.hpp"

namespace inboxd::storage::sqlite {

/// A value for a BLOB column.
struct Bytes {
  std::string_view bytes;
};

/// Whether the engine must copy texts because they may be gone before the statement ends.
enum class Lifetime { outlives_statement, copy };

/// Holds a cached statement from its first value to its reset.
class RunningStatement {
 public:
  RunningStatement(Connection& connection, Sql sql, std::size_t values, Lifetime lifetime);
  ~RunningStatement();
  RunningStatement(const RunningStatement&) = delete;
  RunningStatement& operator=(const RunningStatement&) = delete;

  /// True: a row stands ready.
  bool step();

  void bind(std::size_t k, std::int64_t value);
  void bind(std::size_t k, std::string_view value);
  void bind(std::size_t k, Bytes value);
  void bind_null(std::size_t k);
  void bind(std::size_t k, int value) { bind(k, static_cast<std::int64_t>(value)); }
  void bind(std::size_t k, std::uint64_t value) { bind(k, static_cast<std::int64_t>(value)); }
  void bind(std::size_t k, bool value) { bind(k, static_cast<std::int64_t>(value ? 1 : 0)); }
  void bind(std::size_t k, const std::string& value) { bind(k, std::string_view(value)); }
  void bind(std::size_t k, Timestamp value) { bind(k, to_unix_ms(value)); }
  void bind(std::size_t k, std::nullopt_t) { bind_null(k); }
  template <class Tag>
  void bind(std::size_t k, Id<Tag> value) {
    bind(k, value.value);
  }
  template <NamedEnum E>
  void bind(std::size_t k, E value) {
    bind(k, enum_name(value));
  }
  template <class T>
  void bind(std::size_t k, const std::optional<T>& value) {
    value ? bind(k, *value) : bind_null(k);
  }

  [[nodiscard]] bool is_null(int column) const;
  void read(int column, std::int64_t& into) const;
  void read(int column, std::string& into) const;
  void read(int column, int& into) const;
  void read(int column, bool& into) const;
  void read(int column, std::uint64_t& into) const;
  void read(int column, Timestamp& into) const;
  template <class Tag>
  void read(int column, Id<Tag>& into) const {
    read(column, into.value);
  }
  template <NamedEnum E>
  void read(int column, E& into) const {
    const auto word = parse_enum<E>(text(column));
    if (!word) refuse_word(column);
    into = *word;
  }
  template <class T>
  void read(int column, std::optional<T>& into) const {
    if (is_null(column)) return into.reset();
    read(column, into.emplace());
  }

 private:
  [[nodiscard]] std::string_view text(int column) const;
  [[noreturn]] void refuse_word(int column) const;
  void check(int code) const;

  Connection& connection_;
  PreparedStatement& prepared_;
  sqlite3_stmt* statement_;
  sqlite3_destructor_type destructor_;
};

class Query {
 public:
  template <class... Values>
  Query(Connection& connection, Sql sql, const Values&... values)
      : statement_(connection, sql, sizeof...(values), Lifetime::copy) {
    [[maybe_unused]] std::size_t k = 0;
    (statement_.bind(++k, values), ...);
  }

  bool next() { return statement_.step(); }

  /// The row's columns from the first on.
  template <class... Columns>
  void read(Columns&... into) const {
    int column = 0;
    (statement_.read(column++, into), ...);
  }
  template <class T>
  [[nodiscard]] T value() const {
    T into{};
    statement_.read(0, into);
    return into;
  }

 private:
  RunningStatement statement_;
};

/// Runs a statement that gives no rows; returns how many rows it changed.
template <class... Values>
int execute(Connection& connection, Sql sql, const Values&... values) {
  RunningStatement statement(connection, sql, sizeof...(values), Lifetime::outlives_statement);
  [[maybe_unused]] std::size_t k = 0;
  (statement.bind(++k, values), ...);
  while (statement.step()) {
  }
  return sqlite3_changes(connection.handle());
}

}  // namespace inboxd::storage::sqlite
