// Inboxes kept in step with the config, their pauses and their health.
#include "daemon/core/inboxes/health.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

Result<std::vector<Inbox>> configure(CoreDesk& desk, const std::vector<ConfiguredInbox>& configured) {
  return desk.write([&](Context& context) { return register_inboxes(context, configured); });
}
Inbox shop(CoreDesk& desk) { return desk.inbox(desk.shop.id); }

TEST_CASE("inboxes: the same config again changes nothing and says nothing") {
  CoreDesk desk;
  const auto before = desk.head();
  CHECK(configure(desk, {{"shop", "test", "account-1", true}}).value().front() == shop(desk));
  CHECK(desk.head() == before);
}

TEST_CASE("inboxes: one under an old name keeps its connector") {
  CoreDesk desk;
  CHECK(configure(desk, {{"shop", "other", "", true}}).error().code == ErrorCode::conflict);
}

TEST_CASE("inboxes: a removed one is kept, disabled, and comes back as it was") {
  CoreDesk desk;
  const auto version = shop(desk).version;
  auto head = desk.head();
  REQUIRE(configure(desk, {}));
  CHECK(shop(desk).removed);
  CHECK_FALSE(shop(desk).enabled);
  CHECK(shop(desk).health.state == InboxHealthState::disabled);
  CHECK(desk.log_after(head) == "inbox.health");
  CHECK(desk.events_after(head).front().version == version + 1);
  head = desk.head();
  REQUIRE(configure(desk, {}));
  CHECK(desk.head() == head);
  REQUIRE(configure(desk, {{"shop", "test", "", true}}));
  CHECK_FALSE(shop(desk).removed);
  CHECK(shop(desk).enabled);
  CHECK(shop(desk).account == "account-1");
  CHECK(shop(desk).health.state == InboxHealthState::healthy);
}

TEST_CASE("inboxes: one that was paused when it was switched off does not come back as healthy") {
  CoreDesk desk;
  desk.write([&](Context& context) { return pause_outbound(context, desk.shop.id, "token_rejected", "a new token"); });
  REQUIRE(configure(desk, {{"shop", "test", "", false}}));
  REQUIRE(configure(desk, {{"shop", "test", "", true}}));
  CHECK(shop(desk).health.state == InboxHealthState::unhealthy);
  CHECK(shop(desk).health.code == "token_rejected");
  desk.write([&](Context& context) { return resume_outbound(context, desk.shop.id); });
  CHECK(shop(desk).health.state == InboxHealthState::healthy);
}

TEST_CASE("inboxes: health is announced when it differs, never for a disabled one") {
  CoreDesk desk;
  const auto report = [&](InboxHealthState state) {
    return desk.write([&](Context& context) {
      return change_health(context, desk.shop.id, {state, "code", "detail", context.now});
    });
  };
  const auto sequence = report(InboxHealthState::degraded);
  CHECK(sequence == desk.head());
  CHECK(report(InboxHealthState::degraded) == 0);
  REQUIRE(configure(desk, {}));
  CHECK(report(InboxHealthState::healthy) == 0);
  CHECK(shop(desk).health.state == InboxHealthState::disabled);
}

TEST_CASE("inboxes: an account learnt from the provider is a change that clients hear of") {
  CoreDesk desk;
  const auto before = desk.head();
  const auto version = shop(desk).version;
  for (int i = 0; i < 2; ++i)
    desk.write([&](Context& context) {
      learn_account(context, desk.shop.id, "account-9");
      return true;
    });
  CHECK(shop(desk).account == "account-9");
  CHECK(shop(desk).version == version + 1);
  CHECK(desk.log_after(before) == "inbox.health");
}

}  // namespace
}  // namespace inboxd::core
