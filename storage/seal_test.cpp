// What is sealed opens with its key in its place, and nowhere else.
#include "storage/seal.hpp"

#include "tests/support/catch.hpp"

namespace inboxd::storage {
namespace {

Seal seal_of(std::string_view text) { return Seal(MasterKey::from_text(text)); }

TEST_CASE("what is sealed opens again, and differs each time", "[seal]") {
  const auto seal = seal_of("a key of enough characters, surely");
  const auto sealed = seal.seal("offset 7", "inboxes.connector_state:1");
  CHECK(sealed.find("offset") == std::string::npos);
  CHECK(sealed != seal.seal("offset 7", "inboxes.connector_state:1"));
  CHECK(seal.open(sealed, seal.key_id(), "inboxes.connector_state:1") == "offset 7");
  CHECK(seal.open(seal.seal("", "x"), seal.key_id(), "x") == "");
}

TEST_CASE("a derived secret is the same each time, and another for another purpose or key", "[seal]") {
  const auto seal = seal_of("a key of enough characters, surely");
  CHECK(seal.derive("signing:support").size() == 64);
  CHECK(seal.derive("signing:support") == seal.derive("signing:support"));
  CHECK(seal.derive("signing:support") != seal.derive("signing:sales"));
  CHECK(seal.derive("signing:support") != seal_of("another key of enough characters").derive("signing:support"));
}

TEST_CASE("another key, another place or another byte does not open it", "[seal]") {
  const auto seal = seal_of("one");
  const auto other = seal_of("two");
  CHECK(seal.key_id().size() == 16);
  CHECK(seal.key_id() != other.key_id());
  auto sealed = seal.seal("token", "here");
  CHECK_FALSE(other.open(sealed, seal.key_id(), "here"));
  CHECK_FALSE(other.open(sealed, other.key_id(), "here"));
  CHECK_FALSE(seal.open(sealed, seal.key_id(), "there"));
  CHECK_FALSE(seal.open("short", seal.key_id(), "here"));
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  CHECK_FALSE(seal.open(sealed, seal.key_id(), "here"));
}

TEST_CASE("a previous key opens what it sealed, and seals nothing more", "[seal]") {
  const auto old = seal_of("old");
  std::vector<std::unique_ptr<const MasterKey>> previous;
  previous.push_back(MasterKey::from_text("old"));
  const Seal seal(MasterKey::from_text("new"), std::move(previous));
  CHECK(seal.open(old.seal("token", "here"), old.key_id(), "here") == "token");
  CHECK(seal.key_id() != old.key_id());
  CHECK_FALSE(old.open(seal.seal("token", "here"), seal.key_id(), "here"));
}

}  // namespace
}  // namespace inboxd::storage
