// What agents and the clock do to a conversation.
#include "daemon/core/conversations/change.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

using std::chrono::days;
using std::chrono::hours;
using Status = ConversationStatus;

struct Open : CoreDesk {
  ConversationId id = [this] {
    receive({incoming("1")});
    return with("anna").id;
  }();
  ChangeConversation to(std::optional<Status> status = {}) {
    ChangeConversation command;
    command.conversation = id;
    command.status = status;
    return command;
  }
  ChangeConversation snoozed(Milliseconds span) {
    auto command = to();
    command.snoozed_until = std::optional(clock.now() + span);
    return command;
  }
  Conversation row() { return conversation_row(id); }
  std::optional<Timestamp> next_timer() {
    return read([](const storage::Tables& tables) { return tables.timers().next_due(); });
  }
  void fire() {
    write([&](Context& context) {
      for (const auto& timer : context.tables.timers().due(context.now, 10)) fire_timer(context, timer, 200);
      return true;
    });
  }
};

TEST_CASE("conversation: a change is one event with old and new values, by the agent; no change is none") {
  Open desk;
  auto command = desk.to();
  command.priority = Priority::urgent;
  command.assignee = std::optional(desk.bob.id);
  command.tags = std::vector<std::string>{"vip", "late", "vip"};
  const auto before = desk.head();
  const auto version = desk.row().version;
  CHECK(desk.change(desk.ann, command).value().sequence == before + 1);
  const auto event = desk.events_after(before).front();
  CHECK(event.actor == Actor{ActorKind::agent, desk.ann.id.value});
  CHECK(event.version == version + 1);
  CHECK(event.changes.find(R"("priority":["normal","urgent"])") != std::string::npos);
  CHECK(event.changes.find(R"("tags":[[],["late","vip"]])") != std::string::npos);
  CHECK(desk.row().version == version + 1);
  CHECK(desk.change(desk.ann, command).value().sequence == 0);
  CHECK(desk.head() == before + 1);
  command.priority = Priority::low;
  command.if_version = version;
  CHECK(desk.change(desk.ann, command).error().code == ErrorCode::conflict);
  CHECK(desk.change(desk.eve, command).error().code == ErrorCode::not_found);
}

TEST_CASE("conversation: only somebody who sees the inbox is assigned, and every text is bounded") {
  Open desk;
  const auto refused = [&](auto set) {
    auto command = desk.to();
    set(command);
    return desk.change(desk.ann, command).error().code == ErrorCode::bad_request;
  };
  CHECK(refused([&](auto& c) { c.assignee = std::optional(desk.eve.id); }));
  CHECK(refused([&](auto& c) { c.assignee = std::optional(AgentId{999}); }));
  CHECK(refused([&](auto& c) { c.team = std::optional(TeamId{999}); }));
  CHECK(refused([&](auto& c) { c.subject = std::string(subject_bytes_max + 1, 's'); }));
  CHECK(refused([&](auto& c) { c.category = std::optional(std::string(tag_characters_max + 1, 'c')); }));
  CHECK(refused([&](auto& c) { c.language = std::optional(std::string(language_bytes_max + 1, 'l')); }));
  CHECK(refused([&](auto& c) { c.tags = std::vector<std::string>{""}; }));
  CHECK(refused([&](auto& c) { c.tags = std::vector<std::string>(tags_max + 1, "t"); }));
  CHECK(refused([&](auto& c) { c.status = Status::snoozed; }));
  CHECK(refused([&](auto& c) { c.snoozed_until = std::optional(desk.clock.now()); }));
}

TEST_CASE("conversation: closed is final, by status and by snooze") {
  Open desk;
  REQUIRE(desk.change(desk.ann, desk.to(Status::closed)));
  for (const auto status : {Status::open, Status::pending, Status::resolved})
    CHECK(desk.change(desk.ann, desk.to(status)).error().code == ErrorCode::conflict);
  CHECK(desk.change(desk.ann, desk.snoozed(hours{1})).error().code == ErrorCode::conflict);
  CHECK(desk.row().status == Status::closed);
  auto tagged = desk.to();
  tagged.tags = std::vector<std::string>{"complaint"};
  CHECK(desk.change(desk.ann, tagged));
}

TEST_CASE("conversation: a snooze ends on time, by the system, and one set anew counts from then") {
  Open desk;
  REQUIRE(desk.change(desk.ann, desk.snoozed(hours{1})));
  CHECK(desk.row().status == Status::snoozed);
  const auto stale =
      desk.read([&](const storage::Tables& t) { return t.timers().due(desk.clock.now() + hours{2}, 1); });
  desk.clock.advance(Milliseconds{1});
  REQUIRE(desk.change(desk.ann, desk.snoozed(hours{2})));
  desk.clock.advance(hours{1});
  desk.fire();
  desk.write([&](Context& context) {
    fire_timer(context, stale.front(), 200);
    return true;
  });
  CHECK(desk.row().status == Status::snoozed);
  CHECK(desk.next_timer() == desk.row().snoozed_until);
  desk.clock.advance(hours{1});
  const auto before = desk.head();
  desk.fire();
  CHECK(desk.row().status == Status::open);
  CHECK_FALSE(desk.row().snoozed_until);
  CHECK(desk.log_after(before) == "conversation.updated");
  CHECK(desk.events_after(before).front().actor.kind == ActorKind::system);
  CHECK_FALSE(desk.next_timer());
}

TEST_CASE("conversation: waking a snoozed one by hand takes its timer away") {
  Open desk;
  for (const auto status : {Status::open, Status::pending, Status::closed}) {
    REQUIRE(desk.change(desk.ann, desk.snoozed(hours{1})));
    REQUIRE(desk.change(desk.ann, desk.to(status)));
    CHECK_FALSE(desk.row().snoozed_until);
    CHECK_FALSE(desk.next_timer());
  }
}

TEST_CASE("conversation: resolved closes after its days, unless it is opened before") {
  Open desk;
  REQUIRE(desk.change(desk.ann, desk.to(Status::resolved)));
  CHECK(desk.row().resolved_at == desk.clock.now());
  CHECK(desk.next_timer() == desk.clock.now() + days{7});
  REQUIRE(desk.change(desk.ann, desk.to(Status::open)));
  CHECK_FALSE(desk.next_timer());
  CHECK_FALSE(desk.row().resolved_at);
  REQUIRE(desk.change(desk.ann, desk.to(Status::resolved)));
  desk.clock.advance(days{7});
  desk.fire();
  CHECK(desk.row().status == Status::closed);
  CHECK_FALSE(desk.next_timer());
}

TEST_CASE("conversation: reading it is one event when something was unread, and not for who cannot see it") {
  Open desk;
  const auto read = [&](const Agent& agent) {
    return desk.act(agent, [&](Context& c, const Agent& a) { return read_conversation(c, a, desk.id); });
  };
  const auto before = desk.head();
  CHECK(read(desk.eve).error().code == ErrorCode::not_found);
  CHECK(read(desk.ann).value().sequence == before + 1);
  CHECK(desk.row().unread == 0);
  CHECK(read(desk.ann).value().sequence == 0);
  CHECK(desk.head() == before + 1);
}

}  // namespace
}  // namespace inboxd::core
