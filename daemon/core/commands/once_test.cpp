// Idempotency keys, with the real table.
#include "daemon/core/commands/once.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

struct Talking : CoreDesk {
  Talking() { receive({incoming("1")}); }
  IdempotencyKey key(const std::string& name, char fingerprint = 'a') { return {name, std::string(32, fingerprint)}; }
};

TEST_CASE("once: the same key and arguments is one message and one outcome, also after the conversation moved") {
  Talking desk;
  auto command = CoreDesk::text(desk.with("anna").id, "answer");
  command.if_seen = Cursor{"epoch1", desk.head()};
  const auto first = desk.send(desk.ann, command, desk.key("k"));
  REQUIRE(first);
  desk.receive({desk.incoming("2")});
  const auto head = desk.head();
  CHECK(desk.send(desk.ann, command, desk.key("k")).value() == *first);
  CHECK(desk.head() == head);
  CHECK(desk.send(desk.ann, command, desk.key("another")).error().code == ErrorCode::conversation_moved);
}

TEST_CASE("once: other arguments under a used key are refused; the key is the principal's own") {
  Talking desk;
  const auto command = CoreDesk::text(desk.with("anna").id, "answer");
  REQUIRE(desk.send(desk.ann, command, desk.key("k")));
  CHECK(desk.send(desk.ann, command, desk.key("k", 'b')).error().code == ErrorCode::idempotency_mismatch);
  CHECK(desk.send(desk.bob, command, desk.key("k", 'b')));
}

TEST_CASE("once: a refusal is not remembered and leaves nothing") {
  Talking desk;
  auto command = CoreDesk::text(desk.with("anna").id, "too long");
  const auto head = desk.head();
  const auto conversation = desk.with("anna");
  CHECK(desk.send(desk.ann, command, desk.key("k")).error().code == ErrorCode::bad_request);
  CHECK(desk.head() == head);
  CHECK(desk.with("anna") == conversation);
  CHECK(desk.due().empty());
  command.text = "shorter";
  CHECK(desk.send(desk.ann, command, desk.key("k", 'b')));
}

TEST_CASE("once: who was disabled meanwhile is nobody, even with a stored answer") {
  Talking desk;
  const auto command = CoreDesk::text(desk.with("anna").id, "answer");
  REQUIRE(desk.send(desk.ann, command, desk.key("k")));
  desk.write([&](Context& context) { return change_rights(context, {desk.ann.id, {}, {}, true}).ok(); });
  CHECK(desk.send(desk.ann, command, desk.key("k")).error().code == ErrorCode::unauthenticated);
}

TEST_CASE("once: an outcome reads back as it was written, and nothing else does") {
  const Outcome outcome{ObjectKind::message, 551, 18813};
  CHECK(outcome_from_text(to_text(outcome)) == outcome);
  CHECK_FALSE(outcome_from_text(""));
  CHECK_FALSE(outcome_from_text("1 2"));
  CHECK_FALSE(outcome_from_text("a b c"));
}

}  // namespace
}  // namespace inboxd::core
