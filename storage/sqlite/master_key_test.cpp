// Which key seals a store's secrets, and what happens when it changes or is missing.
#include <fstream>

#include "storage/sqlite/query.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage {
namespace {

namespace fs = std::filesystem;
using conformance::TemporaryFolder;

const std::string first_key = "the first key, of more than thirty-two characters";
const std::string second_key = "the second key, of more than thirty-two characters";

struct Desk {
  TemporaryFolder folder;
  fs::path directory = folder.path() / "store";
  OpenError error;

  std::optional<OpenedStore> open(std::optional<KeySettings> keys) {
    return open_store({directory, [] { return std::uint64_t{7}; }, from_unix_ms(1), std::move(keys)}, error);
  }
  void write(std::optional<KeySettings> keys, const std::string& state) {
    auto opened = open(std::move(keys));
    REQUIRE(opened);
    const auto writer = opened->store->open_writer();
    writer->begin();
    auto inbox = writer->tables().inboxes().find_by_name("shop");
    const auto id =
        inbox ? inbox->id : writer->tables().inboxes().insert({{}, "shop", "loopback", "", true, false, {}, {}, 1});
    writer->tables().inboxes().set_connector_state(id, state);
    writer->commit();
  }
  std::string read(OpenedStore& opened) {
    std::string state;
    opened.store->open_reader()->read([&](const Tables& tables) {
      state = tables.inboxes().connector_state(tables.inboxes().find_by_name("shop")->id);
    });
    return state;
  }
  /// As it stands in the file.
  std::string stored() {
    sqlite::Connection connection(directory / "inboxd.db", {});
    sqlite::Query query(connection, "SELECT connector_state FROM inboxes");
    query.next();
    return query.value<std::string>();
  }
};

TEST_CASE("without a key in the config the first start makes one, for the owner alone", "[seal]") {
  Desk desk;
  const auto file = desk.directory / "master.key";
  std::string id;
  {
    auto opened = desk.open(KeySettings{});
    REQUIRE(opened);
    CHECK(opened->keys.made);
    CHECK(opened->keys.text.size() == 64);
    id = opened->keys.id;
  }
  CHECK((fs::status(file).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
  auto again = desk.open(KeySettings{});
  CHECK_FALSE(again->keys.made);
  CHECK(again->keys.id == id);
}

TEST_CASE("state is sealed in the file and reads as it was written", "[seal]") {
  Desk desk;
  desk.write(KeySettings{first_key, {}}, "token-of-a-provider");
  CHECK(desk.stored().find("token-of-a-provider") == std::string::npos);
  CHECK_FALSE(fs::exists(desk.directory / "master.key"));
  auto opened = desk.open(KeySettings{first_key, {}});
  CHECK(desk.read(*opened) == "token-of-a-provider");
  CHECK(opened->keys.sealed_again == 0);
}

TEST_CASE("what was stored before there was a key is sealed by the next start", "[seal]") {
  Desk desk;
  desk.write(std::nullopt, "offset 7");
  CHECK(desk.stored() == "offset 7");
  {
    auto opened = desk.open(KeySettings{first_key, {}});
    CHECK(opened->keys.sealed_again == 1);
    CHECK(desk.read(*opened) == "offset 7");
  }
  CHECK(desk.stored() != "offset 7");
  auto without = desk.open(std::nullopt);
  CHECK_THROWS_AS(desk.read(*without), StorageFailure);
}

TEST_CASE("another key is refused by name, and changes nothing", "[seal]") {
  Desk desk;
  desk.write(KeySettings{first_key, {}}, "token");
  const auto before = desk.stored();
  CHECK_FALSE(desk.open(KeySettings{second_key, {}}));
  CHECK(desk.error.refusal == OpenRefusal::wrong_key);
  CHECK(desk.error.detail.find(MasterKey::from_text(first_key)->id()) != std::string::npos);
  CHECK(desk.error.detail.find(MasterKey::from_text(second_key)->id()) != std::string::npos);
  CHECK_FALSE(desk.open(KeySettings{}));
  CHECK(desk.error.refusal == OpenRefusal::wrong_key);
  CHECK_FALSE(fs::exists(desk.directory / "master.key"));
  CHECK(desk.stored() == before);
}

TEST_CASE("with the previous key everything is sealed again, and then it is needed no more", "[seal]") {
  Desk desk;
  desk.write(KeySettings{first_key, {}}, "token");
  {
    auto opened = desk.open(KeySettings{second_key, first_key});
    REQUIRE(opened);
    CHECK(opened->keys.sealed_again == 1);
  }
  auto opened = desk.open(KeySettings{second_key, {}});
  REQUIRE(opened);
  CHECK(desk.read(*opened) == "token");
}

TEST_CASE("a key that moves from the store's file into the config takes over", "[seal]") {
  Desk desk;
  desk.write(KeySettings{}, "token");
  const auto file = desk.directory / "master.key";
  SECTION("the same key") {
    std::string text;
    std::ifstream(file) >> text;
    auto opened = desk.open(KeySettings{text, {}});
    CHECK(opened->keys.sealed_again == 0);
    CHECK(opened->keys.file_left);
  }
  SECTION("another one, while the file is still there") {
    {
      auto opened = desk.open(KeySettings{first_key, {}});
      REQUIRE(opened);
      CHECK(opened->keys.sealed_again == 1);
    }
    fs::remove(file);
    auto opened = desk.open(KeySettings{first_key, {}});
    CHECK(desk.read(*opened) == "token");
  }
}

TEST_CASE("sealed bytes that were changed or moved to another inbox are damage", "[seal]") {
  Desk desk;
  desk.write(KeySettings{first_key, {}}, "token");
  {
    sqlite::Connection connection(desk.directory / "inboxd.db", {});
    sqlite::execute(connection, "UPDATE inboxes SET id = 9");
  }
  CHECK_FALSE(desk.open(KeySettings{first_key, {}}));
  CHECK(desk.error.refusal == OpenRefusal::corrupt);
}

}  // namespace
}  // namespace inboxd::storage
