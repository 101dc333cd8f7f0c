// Receipts: in any order, before our own answer, for an attempt that was followed by another.
#include "daemon/core/messages/receipts.hpp"

#include "daemon/core/messages/correlation.hpp"
#include "daemon/core/messages/settle_by_hand.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

struct Replied : CoreDesk {
  ConversationId conversation = [this] {
    receive({incoming("1")});
    return with("anna").id;
  }();
  MessageId reply{send(ann, text(conversation, "answer")).value().id};

  std::string correlation_of_claim() { return claim(reply).value().outbound.correlation; }
  void accepted(const std::string& id) {
    claim(reply);
    settle(reply, Accepted{{id}});
  }
};

TEST_CASE("receipts: out of order they never go back, and failed follows sent but not delivered") {
  Replied desk;
  desk.accepted("w1");
  CHECK(desk.delivery(desk.reply) == DeliveryState::sent);
  const auto before = desk.head();
  desk.receive({desk.receipt("w1", DeliveryState::read), desk.receipt("w1", DeliveryState::delivered),
                desk.receipt("w1", DeliveryState::failed), desk.receipt("w1", DeliveryState::sent)});
  CHECK(desk.delivery(desk.reply) == DeliveryState::read);
  CHECK(desk.log_after(before) == "message.delivery");
  CHECK(desk.events_after(before).front().version == desk.message(desk.reply).version);

  const MessageId other{desk.send(desk.ann, CoreDesk::text(desk.conversation, "more")).value().id};
  desk.claim(other);
  desk.settle(other, Accepted{{"w2"}});
  auto failed = desk.receipt("w2", DeliveryState::failed);
  failed.reason_code = "undeliverable";
  desk.receive({failed});
  CHECK(desk.delivery(other) == DeliveryState::failed);
  CHECK(desk.message(other).delivery->reason->code == "undeliverable");
}

TEST_CASE("receipts: one that overtakes our own answer is parked and then counts") {
  Replied desk;
  desk.claim(desk.reply);
  auto timeless = desk.receipt("w1", DeliveryState::delivered);
  timeless.at = Timestamp{};
  auto far_ahead = desk.receipt("somebody's", DeliveryState::delivered);
  far_ahead.at = desk.clock.now() + std::chrono::days{1'000};
  desk.receive({timeless, far_ahead});
  CHECK(desk.delivery(desk.reply) == DeliveryState::sending);
  desk.settle(desk.reply, Accepted{{"w1"}});
  CHECK(desk.delivery(desk.reply) == DeliveryState::delivered);
}

TEST_CASE("receipts: correlation settles an uncertain send, and nothing is left to send or to settle") {
  Replied desk;
  const auto correlation = desk.correlation_of_claim();
  desk.settle(desk.reply, Unknown{"the answer was lost"});
  CHECK(desk.delivery(desk.reply) == DeliveryState::uncertain);
  desk.receive({desk.receipt("w1", DeliveryState::delivered, correlation)});
  CHECK(desk.delivery(desk.reply) == DeliveryState::delivered);
  CHECK(desk.outbox_row(desk.reply).state == DeliveryState::sent);
  CHECK(desk.message(desk.reply).delivery->external_ids == std::vector<std::string>{"w1"});
  CHECK_FALSE(desk.act(desk.ann, [&](Context& context, const Agent& principal) {
    return retry_message(context, principal, desk.reply, Duplicates::accept);
  }));
}

TEST_CASE("receipts: a report of failure finds an uncertain send by the proof that comes with it") {
  Replied desk;
  const auto correlation = desk.correlation_of_claim();
  desk.settle(desk.reply, Unknown{"the answer was lost"});
  auto failed = desk.receipt("w1", DeliveryState::failed);
  failed.reason_code = "5.1.1";
  desk.receive({desk.receipt("w1", DeliveryState::sent, correlation), failed});
  CHECK(desk.delivery(desk.reply) == DeliveryState::failed);
  CHECK(desk.message(desk.reply).delivery->reason->code == "5.1.1");
}

TEST_CASE("receipts: a late word on an earlier attempt that was taken leaves a person's retry alone") {
  Replied desk;
  const auto first = desk.correlation_of_claim();
  desk.settle(desk.reply, Accepted{{"w1"}});
  desk.receive({desk.receipt("w1", DeliveryState::failed)});
  REQUIRE(desk.act(desk.ann, [&](Context& context, const Agent& principal) {
    return retry_message(context, principal, desk.reply, Duplicates::accept);
  }));
  desk.receive({desk.receipt("w1", DeliveryState::sent, first)});
  CHECK(desk.delivery(desk.reply) == DeliveryState::queued);
  CHECK(desk.due().size() == 1);
}

TEST_CASE("receipts: an echo during the send makes our own late answer only add its ids") {
  Replied desk;
  const auto correlation = desk.correlation_of_claim();
  desk.receive({desk.receipt("w1", DeliveryState::sent, correlation)});
  desk.settle(desk.reply, Unknown{"the answer was lost"});
  CHECK(desk.delivery(desk.reply) == DeliveryState::sent);
  desk.settle(desk.reply, Accepted{{"w1", "w2"}});
  CHECK(desk.message(desk.reply).delivery->external_ids == std::vector<std::string>{"w1", "w2"});
}

TEST_CASE("receipts: a failure of an earlier attempt says nothing of the one that follows, an arrival does") {
  Replied desk;
  const auto first = desk.correlation_of_claim();
  desk.settle(desk.reply, Unknown{"the answer was lost"});
  REQUIRE(desk.act(desk.ann, [&](Context& context, const Agent& principal) {
    return retry_message(context, principal, desk.reply, Duplicates::accept);
  }));
  CHECK(desk.message(desk.reply).delivery->attempt == 2);
  desk.receive({desk.receipt("w1", DeliveryState::failed, first)});
  CHECK(desk.delivery(desk.reply) == DeliveryState::queued);
  const auto second = desk.correlation_of_claim();
  CHECK(second != first);
  CHECK(second.size() <= 64);
  SECTION("the second is sent") {
    desk.settle(desk.reply, Accepted{{"w2"}});
    desk.receive({desk.receipt("w1", DeliveryState::failed, first)});
    CHECK(desk.delivery(desk.reply) == DeliveryState::sent);
    desk.receive({desk.receipt("w2", DeliveryState::failed, second)});
    CHECK(desk.delivery(desk.reply) == DeliveryState::failed);
  }
  SECTION("the first arrived after all: it is not sent again") {
    desk.settle(desk.reply, RetryAfter{Milliseconds{1'000}, "busy", "busy", {}});
    desk.receive({desk.receipt("w1", DeliveryState::delivered, first)});
    CHECK(desk.delivery(desk.reply) == DeliveryState::delivered);
    desk.clock.advance(Milliseconds{2'000});
    CHECK(desk.due().empty());
  }
}

TEST_CASE("receipts: an arrival known by its id alone also ends a second attempt") {
  Replied desk;
  desk.accepted("w1");
  desk.receive({desk.receipt("w1", DeliveryState::failed)});
  REQUIRE(desk.act(desk.ann, [&](Context& context, const Agent& principal) {
    return retry_message(context, principal, desk.reply, Duplicates::refuse);
  }));
  desk.receive({desk.receipt("w1", DeliveryState::delivered)});
  CHECK(desk.delivery(desk.reply) == DeliveryState::delivered);
  CHECK(desk.due().empty());
}

TEST_CASE("receipts: a correlation that is not ours is nobody's") {
  CHECK(split_correlation("7k2.ms_5.3") == std::pair<std::string_view, int>{"7k2.ms_5", 3});
  for (const auto* text : {"", ".", "1", "7k2.ms_5", "7k2.ms_5.", "7k2.ms_5.0", "7k2.ms_5.-1", "a.99999999999999"})
    CHECK(split_correlation(text).first.empty());
  Replied desk;
  desk.claim(desk.reply);
  desk.receive({desk.receipt("", DeliveryState::delivered, "someone.else.1")});
  CHECK(desk.delivery(desk.reply) == DeliveryState::sending);
}

}  // namespace
}  // namespace inboxd::core
