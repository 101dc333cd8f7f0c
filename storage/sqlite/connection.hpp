// One SQLite connection with its cache of prepared statements; owned by one thread at a time. The table classes run
// statements through Query and execute() of query.hpp, never through this file's raw handle.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

#include "storage/sqlite/sql.hpp"
#include "storage/sqlite/sql_steps.hpp"

namespace inboxd::storage::sqlite {

enum class Access { write, read_only };
/// full: a commit is on the disk when it returns. normal: it may be lost with the power, without harm to the file.
enum class Durability { full, normal };

struct ConnectionOptions {
  Access access = Access::write;
  Durability durability = Durability::full;
  Sql cache_size = "PRAGMA cache_size = -8192";  // KiB, taken as pages are touched
};

struct StatementDeleter {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// A statement that stays prepared. `places[k - 1]` is where $k stands: SQLite numbers named parameters as they come.
struct PreparedStatement {
  std::unique_ptr<sqlite3_stmt, StatementDeleter> handle;
  std::vector<int> places;
  bool busy = false;
};

class Connection {
 public:
  /// A writing connection creates the file when it is missing.
  Connection(const std::filesystem::path& file, const ConnectionOptions& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] sqlite3* handle() { return database_.get(); }
  PreparedStatement& prepare(Sql sql, std::size_t values);

  [[nodiscard]] std::int64_t last_insert_id() { return sqlite3_last_insert_rowid(database_.get()); }
  /// Rows changed since it was opened.
  [[nodiscard]] std::int64_t changes() const { return sqlite3_total_changes64(database_.get()); }
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }
  /// Several statements without values.
  void run_script(Sql sql);
  void run_step(const SqlStep& step);
  /// Moves the log of a writing connection into the file once it holds `pages_min` pages.
  void checkpoint_when(int pages_min);

 private:
  struct Closer {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };

  void configure(const ConnectionOptions& options);
  void run(std::string_view sql);

  int log_pages_ = 0;
  std::unique_ptr<sqlite3, Closer> database_;
  std::unordered_map<const char*, PreparedStatement> statements_;
};

}  // namespace inboxd::storage::sqlite
