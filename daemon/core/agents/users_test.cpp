// People: who is added with what, and what a change of rights takes away.
#include "daemon/core/agents/users.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

Result<Outcome> add(CoreDesk& desk, const AddUser& command) {
  return desk.write([&](Context& context) { return add_user(context, command); });
}
Agent change(CoreDesk& desk, const ChangeRights& command) {
  return desk.write([&](Context& context) {
    REQUIRE(change_rights(context, command));
    return *context.tables.agents().find(command.agent);
  });
}

TEST_CASE("users: without inboxes an agent and a lead see none, a manager and an admin all") {
  CoreDesk desk;
  for (const auto& [role, name] : EnumNames<Role>::table) {
    const auto agent = desk.add_agent(std::string(name) + "2@example.com", role);
    CHECK(agent.all_inboxes == (role == Role::manager || role == Role::admin));
    CHECK(agent.inboxes.empty());
    const auto head = desk.head();
    CHECK(desk.add_agent(std::string(name) + "3@example.com", role, {"shop", "shop"}).inboxes.size() == 1);
    CHECK(desk.log_after(head) == "agent.created");
  }
}

TEST_CASE("users: an address that exists, in any case, is refused and nothing changes") {
  CoreDesk desk;
  const auto count = [&] { return desk.read([](const storage::Tables& t) { return t.agents().list().size(); }); };
  const auto before = count();
  CHECK(add(desk, {"ANN@example.com", "", Role::admin, {}}).error().code == ErrorCode::conflict);
  CHECK(add(desk, {"new@example.com", "", Role::agent, {"nowhere"}}).error().code == ErrorCode::bad_request);
  for (const auto& wrong : {std::string(), std::string("ann"), std::string("@b"), std::string("a@"),
                            std::string("a b@c"), std::string(300, 'a') + "@b"})
    CHECK(add(desk, {wrong, "", Role::agent, {}}).error().code == ErrorCode::bad_request);
  CHECK(add(desk, {"long@example.com", std::string(201, 'n'), Role::agent, {}}).error().code == ErrorCode::bad_request);
  CHECK(count() == before);
}

TEST_CASE("users: a change of rights is an event of its own, also on a quiet desk, and raises the version") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  const auto head = desk.head();
  const auto changed = change(desk, {desk.ann.id, Role::lead, {}, false});
  CHECK(desk.log_after(head) == "agent.updated");
  CHECK(changed.rights_changed_at_sequence == head + 1);
  const auto event = desk.events_after(head).front();
  CHECK(event.object == desk.ann.id.value);
  CHECK(event.version == changed.version);
  CHECK(event.changes == R"({"role":["agent","lead"]})");
  CHECK_FALSE(event.inbox);
  CHECK(changed.version == desk.ann.version + 1);
  CHECK(changed.inboxes == desk.ann.inboxes);
  CHECK(change(desk, {desk.ann.id, {}, std::vector<std::string>{}, false}).inboxes.empty());
}

TEST_CASE("users: nobody keeps every inbox by having been a manager once, and a new manager sees all") {
  CoreDesk desk;
  const auto manager = desk.add_agent("max@example.com", Role::manager);
  REQUIRE(manager.all_inboxes);
  const auto demoted = change(desk, {manager.id, Role::agent, {}, false});
  CHECK_FALSE(demoted.all_inboxes);
  CHECK_FALSE(demoted.sees(desk.shop.id));
  CHECK(change(desk, {manager.id, Role::manager, {}, false}).all_inboxes);
}

TEST_CASE("users: a token is found by its hash until its agent is disabled, and none is made for nobody") {
  CoreDesk desk;
  const std::string hash(32, 'h');
  REQUIRE(desk.write([&](Context& context) { return add_token(context, "ann@example.com", hash); }));
  const auto holder = [&] {
    return desk.read([&](const storage::Tables& t) { return t.agents().find_by_token(hash); });
  };
  CHECK(holder()->id == desk.ann.id);
  change(desk, {desk.ann.id, {}, {}, true});
  CHECK_FALSE(holder());
  CHECK_FALSE(desk.write([&](Context& context) { return add_token(context, "ann@example.com", hash); }));
  CHECK_FALSE(desk.write([&](Context& context) { return add_token(context, "nobody@example.com", hash); }));
}

}  // namespace
}  // namespace inboxd::core
