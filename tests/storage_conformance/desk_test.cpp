// The smaller tables: inboxes, people, timers, idempotency, audit.
#include "tests/storage_conformance/fixture.hpp"

namespace inboxd::storage::conformance {

TEMPLATE_LIST_TEST_CASE("an inbox comes back as it was updated, its connector's state apart", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& inboxes = f.tables().inboxes();
  auto row = inboxes.find(f.inbox("telegram")).value();
  row.account = "4711";
  row.enabled = false;
  row.removed = true;
  row.health = {InboxHealthState::unhealthy, "unauthorised", "Give a new token.", at_ms(3)};
  row.outbound_paused = "unauthorised";
  row.version = 2;
  inboxes.update(row);
  CHECK(inboxes.find(row.id) == row);
  CHECK(inboxes.find_by_name("telegram") == row);
  CHECK_FALSE(inboxes.find_by_name("Telegram"));
  CHECK(inboxes.list() == std::vector<Inbox>{row});
  CHECK(inboxes.connector_state(row.id).empty());
  const std::string state("offset\0\xFF", 8);
  inboxes.set_connector_state(row.id, state);
  CHECK(inboxes.connector_state(row.id) == state);
}

TEMPLATE_LIST_TEST_CASE("each kept connection of an inbox has a state of its own", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  const auto other = f.inbox("other");
  auto& inboxes = f.tables().inboxes();
  CHECK(inboxes.stream_state(inbox, "INBOX").empty());
  inboxes.set_stream_state(inbox, "INBOX", "7 1");
  inboxes.set_stream_state(inbox, "Sent", "8 1");
  inboxes.set_stream_state(inbox, "INBOX", "7 2");
  CHECK(inboxes.stream_state(inbox, "INBOX") == "7 2");
  CHECK(inboxes.stream_state(inbox, "Sent") == "8 1");
  CHECK(inboxes.stream_state(other, "INBOX").empty());
}

TEMPLATE_LIST_TEST_CASE("an agent comes back with sorted inboxes and is found by address in any case", "[storage]",
                        BackEnds) {
  Fixture<TestType> f;
  auto& agents = f.tables().agents();
  const auto first = f.inbox("first");
  const auto second = f.inbox("second");
  const auto id = f.agent("Ada@example.com", {second, first});
  auto row = agents.find(id).value();
  CHECK(row.inboxes == std::vector<InboxId>{first, second});
  CHECK(agents.find_by_email("ada@EXAMPLE.com") == row);
  row.name = "Ada L.";
  row.role = Role::manager;
  row.all_inboxes = true;
  row.inboxes = {second};
  row.rights_changed_at_sequence = 12;
  row.disabled_at = at_ms(1);
  row.version = 2;
  agents.update(row);
  CHECK(agents.find(id) == row);
  CHECK(agents.list() == std::vector<Agent>{row});
  CHECK_FALSE(agents.find(AgentId{9}));
}

TEMPLATE_LIST_TEST_CASE("a token stands for its agent until that agent is disabled", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& agents = f.tables().agents();
  const auto id = f.agent();
  const std::string first(32, '\x01');
  const std::string second(32, '\xFE');
  agents.add_token(id, first, at_ms(0));
  agents.add_token(id, second, at_ms(1));
  CHECK(agents.find_by_token(first)->id == id);
  CHECK(agents.find_by_token(second)->id == id);
  CHECK_FALSE(agents.find_by_token(std::string(32, '\x02')));
  auto row = agents.find(id).value();
  row.disabled_at = at_ms(2);
  agents.update(row);
  CHECK_FALSE(agents.find_by_token(first));
}

TEMPLATE_LIST_TEST_CASE("a team comes back with its members", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& agents = f.tables().agents();
  Team team{{}, "Desk", {f.agent("a@example.com"), f.agent("b@example.com")}};
  team.id = agents.insert_team(team);
  CHECK(agents.find_team(team.id) == team);
  CHECK(agents.teams() == std::vector<Team>{team});
  CHECK_FALSE(agents.find_team(TeamId{9}));
}

TEMPLATE_LIST_TEST_CASE("a conversation has one timer of a kind, due in order of time", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& timers = f.tables().timers();
  const auto one = f.conversation("one").id;
  const auto two = f.conversation("two").id;
  CHECK_FALSE(timers.next_due());
  timers.set(TimerKind::end_snooze, one, at_ms(10));
  timers.set(TimerKind::end_snooze, one, at_ms(30));
  timers.set(TimerKind::close_resolved, one, at_ms(20));
  timers.set(TimerKind::end_snooze, two, at_ms(25));
  CHECK(timers.next_due() == at_ms(20));
  CHECK(timers.due(at_ms(19), 9).empty());
  const auto due = timers.due(at_ms(30), 2);
  REQUIRE(due.size() == 2);
  CHECK(due[0].kind == TimerKind::close_resolved);
  CHECK(due[1].conversation == two);
  timers.remove(TimerKind::close_resolved, one);
  timers.remove(TimerKind::close_resolved, one);
  CHECK(timers.next_due() == at_ms(25));
}

TEMPLATE_LIST_TEST_CASE("an outcome belongs to its principal and its key, for a time", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& stored = f.tables().idempotency();
  const auto ada = f.agent("ada@example.com");
  const auto bob = f.agent("bob@example.com");
  const StoredOutcome outcome{std::string(32, '\0'), R"({"message":"ms_1"})"};
  stored.insert(ada, "key", outcome, at_ms(1));
  stored.insert(bob, "key", {std::string(32, '\1'), "{}"}, at_ms(5));
  CHECK(stored.find(ada, "key") == outcome);
  CHECK_FALSE(stored.find(ada, "KEY"));
  CHECK(stored.remove_before(at_ms(5), 9) == 1);
  CHECK_FALSE(stored.find(ada, "key"));
  CHECK(stored.find(bob, "key"));
}

TEMPLATE_LIST_TEST_CASE("the audit trail is read backwards in pages", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& audit = f.tables().audit();
  AuditRow row{0, at_ms(1), {ActorKind::agent, 2}, "conversation.update", "conversation", 9, R"({"team":[null,1]})"};
  for (int n = 0; n < 3; ++n) audit.insert(row);
  const auto page = audit.list(0, 2);
  REQUIRE(page.size() == 2);
  CHECK(page[0].id > page[1].id);
  const auto last = audit.list(page[1].id, 2);
  REQUIRE(last.size() == 1);
  row.id = last[0].id;
  CHECK(last[0] == row);
}

}  // namespace inboxd::storage::conformance
