// Replies of several messages, or to several recipients: one may fail while the others arrive, and an agent sees that.
#include "daemon/core/messages/claim.hpp"
#include "daemon/core/messages/hold.hpp"
#include "daemon/core/messages/receipts.hpp"
#include "daemon/core/messages/settle_by_hand.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

struct Parts : CoreDesk {
  MessageId reply = [this] {
    receive({incoming("1")});
    return MessageId{send(ann, text(with("anna").id, "answer")).value().id};
  }();

  Result<Outcome> retry(Duplicates duplicates) {
    return act(ann, [&](Context& context, const Agent& principal) {
      return retry_message(context, principal, reply, duplicates);
    });
  }
  void accepted() {
    claim(reply);
    settle(reply, Accepted{{"w1", "w2"}});
  }
  /// The first of two has been accepted, the second is on its way.
  std::string first_accepted() {
    const auto correlation = claim(reply).value().outbound.correlation;
    write([&](Context& context) {
      return bool(note_step(context, {outbox_row(reply).id,
                                      "me",
                                      storage::InFlight::unrepeatable,
                                      {},
                                      clock.now(),
                                      PartialDelivery{{"w1"}, true}}));
    });
    return correlation;
  }
  std::string reason() { return message(reply).delivery->reason->code; }
};

TEST_CASE("parts: one that failed shows, whichever receipt comes first") {
  Parts desk;
  desk.accepted();
  const bool failure_first = GENERATE(true, false);
  auto failed = desk.receipt("w2", DeliveryState::failed);
  failed.reason_detail = "the file could not be fetched";
  if (failure_first)
    desk.receive({failed, desk.receipt("w1", DeliveryState::delivered), desk.receipt("w1", DeliveryState::read)});
  else
    desk.receive({desk.receipt("w1", DeliveryState::delivered), desk.receipt("w1", DeliveryState::read), failed});
  CHECK(desk.delivery(desk.reply) == DeliveryState::failed);
  CHECK(desk.reason() == "partly_sent");
  CHECK(desk.message(desk.reply).delivery->reason->detail.find("could not be fetched") != std::string::npos);
}

TEST_CASE("parts: a receipt that overtook the answer counts in the same way") {
  Parts desk;
  desk.claim(desk.reply);
  desk.receive({desk.receipt("w1", DeliveryState::failed), desk.receipt("w2", DeliveryState::delivered)});
  desk.settle(desk.reply, Accepted{{"w1", "w2"}});
  CHECK(desk.delivery(desk.reply) == DeliveryState::failed);
}

TEST_CASE("parts: what arrived is not sent again unless a person accepts that") {
  Parts desk;
  const auto correlation = desk.claim(desk.reply).value().outbound.correlation;
  desk.settle(desk.reply, Accepted{{"w1", "w2"}});
  desk.receive({desk.receipt("w2", DeliveryState::failed)});
  const auto refused = desk.retry(Duplicates::refuse);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("accept_duplicate") != std::string::npos);
  REQUIRE(desk.retry(Duplicates::accept));
  CHECK(desk.delivery(desk.reply) == DeliveryState::queued);
  CHECK(desk.due().size() == 1);
  // What the first attempt's parts come to is no news any more.
  desk.receive({desk.receipt("w1", DeliveryState::failed, correlation)});
  CHECK(desk.delivery(desk.reply) == DeliveryState::queued);
}

TEST_CASE("parts: the first fails while the second is on its way: that one is sent, once, and the failure stays") {
  Parts desk;
  const auto correlation = desk.first_accepted();
  desk.receive({desk.receipt("w1", DeliveryState::failed, correlation)});
  CHECK(desk.delivery(desk.reply) == DeliveryState::failed);
  CHECK_FALSE(desk.retry(Duplicates::accept));
  SECTION("accepted") { desk.settle(desk.reply, Accepted{{"w1", "w2"}}); }
  SECTION("put off, then accepted") {
    desk.settle(desk.reply, RetryAfter{Milliseconds{1'000}, "busy", "busy", {}});
    CHECK(desk.delivery(desk.reply) == DeliveryState::failed);
    desk.clock.advance(Milliseconds{2'000});
    REQUIRE(desk.claim(desk.reply));
    desk.settle(desk.reply, Accepted{{"w1", "w2"}});
  }
  SECTION("its answer is lost") { desk.settle(desk.reply, Unknown{"the answer was lost"}); }
  CHECK(desk.delivery(desk.reply) == DeliveryState::failed);
  CHECK(desk.reason() == "partly_sent");
  CHECK_FALSE(desk.retry(Duplicates::refuse));
  CHECK(desk.due().empty());
}

TEST_CASE("parts: what failed stays said while the rest is held and released") {
  Parts desk;
  const auto correlation = desk.first_accepted();
  desk.settle(desk.reply, RetryAfter{Milliseconds{1'000}, "busy", "busy", {}});
  desk.receive({desk.receipt("w1", DeliveryState::failed, correlation)});
  desk.write([&](Context& context) { return hold_outbox(context); });
  CHECK(desk.reason() == "partly_sent");
  REQUIRE(desk.write([&](Context& context) { return release_outbox(context, desk.root); }));
  CHECK(desk.reason() == "partly_sent");
  CHECK(desk.outbox_row(desk.reply).state == DeliveryState::queued);
}

TEST_CASE("parts: what was not tried is not taken for sent when the part before it is uncertain") {
  Parts desk;
  desk.first_accepted();
  desk.settle(desk.reply, Unknown{"the answer was lost"});
  const auto resolve = [&](ResolveAs as) {
    return desk.act(desk.ann, [&](Context& context, const Agent& principal) {
      return resolve_message(context, principal, desk.reply, as);
    });
  };
  const auto refused = resolve(ResolveAs::sent);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(resolve(ResolveAs::failed));
}

TEST_CASE("parts: a reply that is one message may still arrive after its failure was told, and is sent again at once") {
  Parts desk;
  desk.claim(desk.reply);
  desk.settle(desk.reply, Accepted{{"w1"}});
  desk.receive({desk.receipt("w1", DeliveryState::failed)});
  CHECK(desk.delivery(desk.reply) == DeliveryState::failed);
  SECTION("it arrived after all") {
    desk.receive({desk.receipt("w1", DeliveryState::delivered)});
    CHECK(desk.delivery(desk.reply) == DeliveryState::delivered);
  }
  SECTION("it is sent again") { CHECK(desk.retry(Duplicates::refuse)); }
}

}  // namespace
}  // namespace inboxd::core
