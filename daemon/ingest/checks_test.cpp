// What checks make of an inbox: its health, its account, and the end of a pause.
#include "daemon/ingest/checks.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"
#include "tests/support/ingest_observer.hpp"

namespace inboxd::ingest {
namespace {

struct Surgery : Desk {
  Surgery() { inbox = add_inbox("shop"); }

  AddedInbox inbox;
  CountingIngestObserver observer;
  std::optional<std::string> base = "https://desk.test/hooks/";
  Checks checks{{channels(), bus, transfers, clock, random, observer,
                 [this](const std::string& name) -> std::optional<std::string> {
                   if (!base) return std::nullopt;
                   return *base + name;
                 }}};
};

TEST_CASE("a bad token makes the inbox unhealthy; the next good check makes it healthy and names the account") {
  Surgery surgery;
  surgery.transfers.enqueue(401, "");
  surgery.checks.start();
  CHECK(surgery.Desk::inbox(surgery.inbox.id).health.code == "token_rejected");
  surgery.transfers.enqueue(200, "");
  surgery.clock.advance(Milliseconds{660'000});
  const auto inbox = surgery.Desk::inbox(surgery.inbox.id);
  CHECK(inbox.health.state == InboxHealthState::healthy);
  CHECK(inbox.account == "account-1");
}

TEST_CASE("a good check ends a pause of outgoing messages") {
  Surgery surgery;
  surgery.write([&](core::Context& context) {
    return core::pause_outbound(context, surgery.inbox.id, "token_rejected", "set a new token");
  });
  surgery.transfers.enqueue(200, "");
  std::optional<connectors::CheckFinding> finding;
  surgery.checks.check(surgery.inbox.id, [&](const connectors::CheckFinding& found) { finding = found; });
  REQUIRE(finding);
  CHECK_FALSE(surgery.Desk::inbox(surgery.inbox.id).outbound_paused);
}

TEST_CASE("the webhook is registered first, and only where the public address is known") {
  Surgery surgery;
  surgery.inbox.channel->registers = true;
  SECTION("registered") {
    surgery.transfers.enqueue(200, "");
    surgery.transfers.enqueue(200, "");
    surgery.checks.start();
    CHECK(surgery.made("register") == std::vector<std::string>{"https://desk.test/hooks/shop"});
    CHECK(surgery.made("check").size() == 1);
  }
  SECTION("refused") {
    surgery.transfers.enqueue(400, "");
    surgery.checks.start();
    CHECK(surgery.Desk::inbox(surgery.inbox.id).health.code == "not_registered");
  }
  SECTION("no public address") {
    surgery.base.reset();
    surgery.checks.start();
    CHECK(surgery.made("register").empty());
  }
}

TEST_CASE("a second question joins a check that runs") {
  Surgery surgery;
  int answers = 0;
  surgery.checks.check(surgery.inbox.id, [&](const connectors::CheckFinding&) { ++answers; });
  surgery.checks.check(surgery.inbox.id, [&](const connectors::CheckFinding&) { ++answers; });
  CHECK(surgery.made("check").size() == 1);
  surgery.transfers.complete_oldest(ScriptedTransfers::answered(200, ""));
  CHECK(answers == 2);
}

}  // namespace
}  // namespace inboxd::ingest
