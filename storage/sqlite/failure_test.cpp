// A full disk ends the transaction, is reported as such, and passes.
#include "storage/sqlite/failure.hpp"

#include "storage/sqlite/query.hpp"
#include "storage/store.hpp"
#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage::sqlite {
namespace {

FailureKind kind_of(int code) {
  try {
    raise_failure(nullptr, code, "a test");
  } catch (const StorageFailure& failure) {
    return failure.kind();
  }
}

}  // namespace

TEST_CASE("failures are sorted by what the caller must do", "[storage]") {
  for (const int code : {SQLITE_FULL, SQLITE_BUSY, SQLITE_IOERR_WRITE, SQLITE_IOERR_READ, SQLITE_CANTOPEN})
    CHECK(kind_of(code) == FailureKind::unavailable);
  for (const int code : {SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC}) CHECK(kind_of(code) == FailureKind::sync_failed);
  for (const int code : {SQLITE_CORRUPT, SQLITE_CORRUPT_INDEX, SQLITE_NOTADB})
    CHECK(kind_of(code) == FailureKind::corrupt);
  CHECK_THROWS_AS(raise_failure(nullptr, SQLITE_CONSTRAINT_UNIQUE, "a test"), std::logic_error);
}

TEST_CASE("a full disk is unavailable and ends the transaction; room makes it pass", "[storage]") {
  const conformance::TemporaryFolder folder;
  Connection connection(folder.path() / "full.db", {});
  connection.run_script("CREATE TABLE bulk (body BLOB); PRAGMA max_page_count = 8");
  execute(connection, "BEGIN IMMEDIATE");
  execute(connection, "SAVEPOINT command");
  const std::string body(100'000, 'x');
  bool full = false;
  try {
    execute(connection, "INSERT INTO bulk (body) VALUES ($1)", Bytes{body});
  } catch (const StorageFailure& failure) {
    full = failure.kind() == FailureKind::unavailable;
  }
  CHECK(full);
  CHECK_FALSE(connection.in_transaction());
  connection.run_script("PRAGMA max_page_count = 1000");
  execute(connection, "BEGIN IMMEDIATE");
  CHECK(execute(connection, "INSERT INTO bulk (body) VALUES ($1)", Bytes{body}) == 1);
  execute(connection, "COMMIT");
}

TEST_CASE("a statement within itself and a missing value are mistakes of ours", "[storage]") {
  const conformance::TemporaryFolder folder;
  Connection connection(folder.path() / "a.db", {});
  CHECK_THROWS_AS(Query(connection, "SELECT $1, $2", 1), std::logic_error);
  static constexpr SqlPart one = "SELECT 1";
  Query outer(connection, one);
  CHECK_THROWS_AS(Query(connection, one), std::logic_error);
}

TEST_CASE("values find their places whatever the order in the text", "[storage]") {
  const conformance::TemporaryFolder folder;
  Connection connection(folder.path() / "a.db", {});
  Query query(connection, "SELECT $2, $1, $2", 1, 2);
  REQUIRE(query.next());
  int a = 0, b = 0, c = 0;
  query.read(a, b, c);
  CHECK(a == 2);
  CHECK(b == 1);
  CHECK(c == 2);
}

TEST_CASE("a checkpoint empties the log once it is long enough", "[storage]") {
  const conformance::TemporaryFolder folder;
  Connection connection(folder.path() / "a.db", {});
  connection.run_script("CREATE TABLE bulk (body BLOB)");
  const auto size_of_file = [&] { return std::filesystem::file_size(folder.path() / "a.db"); };
  execute(connection, "INSERT INTO bulk (body) VALUES ($1)", Bytes{std::string(100'000, 'x')});
  const auto before = size_of_file();
  connection.checkpoint_when(1000);
  CHECK(size_of_file() == before);
  connection.checkpoint_when(10);
  CHECK(size_of_file() > 100'000);
}

}  // namespace inboxd::storage::sqlite
