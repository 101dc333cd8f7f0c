// Signed names: they lead back to what they name, and nothing else does.
#include "connectors/email/token.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd::connectors::email;

namespace {
constexpr auto key = "a key of this inbox";
}

TEST_CASE("a plus-address leads back to its conversation, whatever a mail program does to its letters") {
  const auto address = plus_address("Support@Example.com", conversation_tag(key, "cv_42"));
  CHECK(address.starts_with("Support+c42."));
  CHECK(address.ends_with("@Example.com"));
  std::string shouted = address;
  for (char& letter : shouted) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  for (const auto& given : {address, shouted}) {
    const auto tag = plus_tag("support@example.com", given);
    REQUIRE(tag);
    CHECK(conversation_of_tag(key, *tag) == "cv_42");
  }
}

TEST_CASE("a guessed, foreign or changed tag names nothing") {
  const auto tag = conversation_tag(key, "cv_42");
  CHECK_FALSE(conversation_of_tag("another key", tag));
  CHECK_FALSE(conversation_of_tag("", tag));
  CHECK_FALSE(conversation_of_tag(key, "c43" + tag.substr(3)));
  CHECK_FALSE(conversation_of_tag(key, "c42"));
  CHECK_FALSE(conversation_of_tag(key, "."));
  CHECK_FALSE(conversation_of_tag(key, ""));
  CHECK_FALSE(plus_tag("support@example.com", "support@example.com"));
  CHECK_FALSE(plus_tag("support@example.com", "support+@example.com"));
  CHECK_FALSE(plus_tag("support@example.com", "support+x@example.org"));
  CHECK_FALSE(plus_tag("nonsense", "non+sense"));
}

TEST_CASE("an envelope sender names the row and the recipient, and is no conversation") {
  const BounceTag bounce{"17-a", 2};
  CHECK(bounce_of_tag(key, bounce_tag(key, bounce)) == bounce);
  CHECK_FALSE(bounce_of_tag("another key", bounce_tag(key, bounce)));
  CHECK_FALSE(conversation_of_tag(key, bounce_tag(key, bounce)));
  CHECK_FALSE(bounce_of_tag(key, conversation_tag(key, "cv_42")));
}

TEST_CASE("a Message-ID is the same each time and recognised only with its key") {
  const auto id = message_id(key, "551", "example.com");
  CHECK(id == message_id(key, "551", "example.com"));
  CHECK(stable_id_of(key, id) == "551");
  CHECK(stable_id_of(key, id.substr(1, id.size() - 2)) == "551");
  CHECK_FALSE(stable_id_of("another key", id));
  CHECK_FALSE(stable_id_of(key, "<551.0123456789abcdef@example.com>"));
  CHECK_FALSE(stable_id_of(key, "<>"));
}
