// Opening: who may, when not, and what is said then.
#include "storage/open.hpp"

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include "storage/sqlite/query.hpp"
#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage {
namespace {

using conformance::TemporaryFolder;

std::optional<OpenedStore> open_at(const std::filesystem::path& directory, OpenError& error,
                                   std::uint64_t random = 42) {
  return open_store({directory, [random] { return random; }, from_unix_ms(1'700'000'000'000)}, error);
}

}  // namespace

TEST_CASE("a missing directory is created for its owner alone", "[storage]") {
  const TemporaryFolder folder;
  const auto directory = folder.path() / "some" / "where";
  OpenError error;
  REQUIRE(open_at(directory, error));
  struct stat status {};
  REQUIRE(::stat(directory.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("each new store draws its own epoch", "[storage]") {
  const TemporaryFolder one;
  const TemporaryFolder two;
  const auto epoch_of = [](const TemporaryFolder& folder, std::uint64_t random) {
    OpenError error;
    return open_at(folder.path(), error, random).value().store->epoch();
  };
  const auto first = epoch_of(one, 1);
  CHECK(epoch_of(two, 2) != first);
  CHECK(epoch_of(one, 3) == first);
}

TEST_CASE("a second process is refused while anything of the first lives", "[storage]") {
  const TemporaryFolder folder;
  OpenError error;
  auto first = open_at(folder.path(), error);
  REQUIRE(first);
  CHECK_FALSE(open_at(folder.path(), error));
  CHECK(error.refusal == OpenRefusal::locked);
  auto reader = first->store->open_reader();
  first.reset();
  CHECK_FALSE(open_at(folder.path(), error));
  reader.reset();
  CHECK(open_at(folder.path(), error));
}

TEST_CASE("somebody else's directory is refused with the line to type", "[storage]") {
  const TemporaryFolder folder;
  auto directory = folder.path() / "theirs";
  std::filesystem::create_directory(directory);
  if (::geteuid() == 0)
    REQUIRE(::chown(directory.c_str(), 65534, 65534) == 0);
  else
    directory = "/";
  OpenError error;
  CHECK_FALSE(open_at(directory, error));
  CHECK(error.refusal == OpenRefusal::not_owner);
  CHECK(error.detail.find("sudo -u ") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(directory / "inboxd.db"));
}

TEST_CASE("a directory that cannot be is unavailable", "[storage]") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  OpenError error;
  CHECK_FALSE(open_at(folder.path() / "file", error));
  CHECK(error.refusal == OpenRefusal::unavailable);
  CHECK_FALSE(open_at(folder.path() / "file" / "below", error));
  CHECK(error.refusal == OpenRefusal::unavailable);
}

TEST_CASE("a file that is no database, or a part of one, is refused as corrupt", "[storage]") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "inboxd.db";
  OpenError error;
  SECTION("other bytes") { std::ofstream(file) << std::string(8192, 'x'); }
  SECTION("cut off") {
    REQUIRE(open_at(folder.path(), error));
    std::filesystem::resize_file(file, 3 * 4096);
  }
  CHECK_FALSE(open_at(folder.path(), error));
  CHECK(error.refusal == OpenRefusal::corrupt);
  CHECK(error.detail.find("restore a backup") != std::string::npos);
}

TEST_CASE("counters behind their tables are refused as corrupt", "[storage]") {
  const TemporaryFolder folder;
  OpenError error;
  {
    auto opened = open_at(folder.path(), error);
    auto writer = opened->store->open_writer();
    writer->begin();
    writer->tables().events().append({});
    writer->commit();
  }
  {
    sqlite::Connection connection(folder.path() / "inboxd.db", {});
    sqlite::execute(connection, "UPDATE counters SET value = 0");
  }
  CHECK_FALSE(open_at(folder.path(), error));
  CHECK(error.refusal == OpenRefusal::corrupt);
}

TEST_CASE("a damaged search index is thrown away, not a reason to refuse", "[storage]") {
  const TemporaryFolder folder;
  OpenError error;
  REQUIRE(open_at(folder.path(), error));
  std::ofstream(folder.path() / "search.db") << std::string(8192, 'x');
  const auto opened = open_at(folder.path(), error);
  REQUIRE(opened);
  CHECK(opened->search_writer->cursor() == Cursor{});
}

}  // namespace inboxd::storage
