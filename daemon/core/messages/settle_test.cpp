// Sends from claim to their end: attempts, backoff, pauses, uncertainty, and what people decide.
#include "daemon/core/messages/settle.hpp"

#include "daemon/core/inboxes/health.hpp"
#include "daemon/core/messages/hold.hpp"
#include "daemon/core/messages/settle_by_hand.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

using std::chrono::hours;

struct Sending : CoreDesk {
  ConversationId conversation = [this] {
    receive({incoming("1")});
    return with("anna").id;
  }();
  MessageId reply = write_one("answer");

  MessageId write_one(const std::string& words) { return MessageId{send(ann, text(conversation, words)).value().id}; }
  Result<Outcome> retry(const Agent& agent, Duplicates duplicates) {
    return act(agent, [&](Context& c, const Agent& a) { return retry_message(c, a, reply, duplicates); });
  }
  Result<Outcome> resolve(const Agent& agent, ResolveAs as) {
    return act(agent, [&](Context& c, const Agent& a) { return resolve_message(c, a, reply, as); });
  }
  DeliveryState state() { return delivery(reply); }
};

TEST_CASE("claim: `sending` is committed with its owner before the network is touched, once") {
  Sending desk;
  const auto before = desk.head();
  REQUIRE(desk.claim(desk.reply));
  CHECK(desk.state() == DeliveryState::sending);
  CHECK(desk.log_after(before) == "message.delivery");
  CHECK(desk.outbox_row(desk.reply).owner == "me");
  CHECK(desk.outbox_row(desk.reply).in_flight == storage::InFlight::unrepeatable);
  CHECK_FALSE(desk.claim(desk.reply));
}

TEST_CASE("claim: what was put off, paused, held or lost its window since it was looked for does not go out") {
  Sending desk;
  SECTION("put off") {
    desk.claim(desk.reply);
    desk.settle(desk.reply, RetryAfter{Milliseconds{30'000}, "busy", "busy", {}});
    CHECK_FALSE(desk.claim(desk.reply));
    desk.clock.advance(Milliseconds{30'000});
    CHECK(desk.claim(desk.reply));
  }
  SECTION("paused") {
    desk.write([&](Context& context) { return pause_outbound(context, desk.shop.id, "token", "set a new token"); });
    CHECK_FALSE(desk.claim(desk.reply));
  }
  SECTION("held") {
    desk.write([&](Context& context) { return hold_outbox(context); });
    CHECK_FALSE(desk.claim(desk.reply));
    CHECK(desk.write([&](Context& context) { return release_outbox(context, desk.lea); }).error().code ==
          ErrorCode::forbidden);
    CHECK(desk.write([&](Context& context) { return release_outbox(context, desk.root); }).value() == 1);
    CHECK(desk.claim(desk.reply));
  }
  SECTION("window") {
    desk.shop.channel->can.reply_window = hours{1};
    desk.receive({desk.incoming("2")});
    desk.clock.advance(hours{1});
    CHECK_FALSE(desk.claim(desk.reply));
    CHECK(desk.state() == DeliveryState::failed);
    CHECK(desk.message(desk.reply).delivery->reason->code == "window_closed");
  }
}

TEST_CASE("settle: a retry is a new attempt from queued, later each time, and gives up after a day") {
  Sending desk;
  Milliseconds last{0};
  for (int attempt = 1; attempt <= 12; ++attempt) {
    REQUIRE(desk.claim(desk.reply));
    desk.settle(desk.reply, RetryAfter{{}, "server_error", "the provider failed", {}});
    const auto message = desk.message(desk.reply);
    CHECK(message.delivery->state == DeliveryState::queued);
    CHECK(message.delivery->attempt == attempt + 1);
    CHECK(message.delivery->reason->code == "server_error");
    const auto wait = *desk.outbox_row(desk.reply).next_try_at - desk.clock.now();
    CHECK(wait >= last);
    CHECK(wait <= longest_backoff);
    last = wait;
    desk.clock.advance(wait);
  }
  CHECK(last == longest_backoff);
  desk.clock.advance(hours{24});
  REQUIRE(desk.claim(desk.reply));
  desk.settle(desk.reply, RetryAfter{{}, "server_error", "the provider failed", {}});
  CHECK(desk.state() == DeliveryState::failed);
  CHECK(desk.message(desk.reply).delivery->reason->code == "gave_up");
  CHECK(desk.due().empty());
}

TEST_CASE("settle: a reply that an agent sends again has a day of its own") {
  Sending desk;
  desk.claim(desk.reply);
  desk.settle(desk.reply, Rejected{"refused", "refused", false});
  desk.clock.advance(hours{30});
  REQUIRE(desk.retry(desk.ann, Duplicates::refuse));
  REQUIRE(desk.claim(desk.reply));
  desk.settle(desk.reply, RetryAfter{{}, "busy", "busy", {}});
  CHECK(desk.state() == DeliveryState::queued);
}

TEST_CASE("settle: the provider's own delay is kept, within a day") {
  Sending desk;
  desk.claim(desk.reply);
  desk.settle(desk.reply, RetryAfter{Milliseconds{30'000}, "busy", "busy", {}});
  CHECK(desk.outbox_row(desk.reply).next_try_at == desk.clock.now() + Milliseconds{30'000});
  desk.clock.advance(Milliseconds{30'000});
  desk.claim(desk.reply);
  desk.settle(desk.reply, RetryAfter{std::chrono::days{365'000}, "busy", "busy", {}});
  CHECK(desk.outbox_row(desk.reply).next_try_at == desk.clock.now() + hours{24});
}

TEST_CASE("settle: a channel that says how long a send is worth trying is given that long") {
  Sending desk;
  RetryAfter later{Milliseconds{60'000}, "put_off", "later", {}};
  later.gives_up_after = hours{48};
  desk.claim(desk.reply);
  desk.settle(desk.reply, later);
  desk.clock.advance(hours{47});
  desk.claim(desk.reply);
  desk.settle(desk.reply, later);
  CHECK(desk.state() == DeliveryState::queued);
  desk.clock.advance(hours{2});
  desk.claim(desk.reply);
  desk.settle(desk.reply, later);
  CHECK(desk.message(desk.reply).delivery->reason->code == "gave_up");
}

TEST_CASE("settle: what waited behind a pause is tried for as long as anything else") {
  Sending desk;
  const RetryAfter busy{Milliseconds{60'000}, "busy", "busy", {}};
  SECTION("before its first try") { desk.clock.advance(hours{72}); }
  SECTION("after some") {
    desk.claim(desk.reply);
    desk.settle(desk.reply, busy);
    desk.clock.advance(hours{1});
    desk.claim(desk.reply);
    desk.settle(desk.reply, NeedsAttention{"token", "set a new token"});
    desk.clock.advance(hours{72});
    desk.write([&](Context& context) { return resume_outbound(context, desk.shop.id); });
  }
  SECTION("held since a backup was restored") {
    desk.claim(desk.reply);
    desk.settle(desk.reply, busy);
    desk.write([&](Context& context) { return hold_outbox(context); });
    desk.clock.advance(hours{72});
    REQUIRE(desk.write([&](Context& context) { return release_outbox(context, desk.root); }));
  }
  REQUIRE(desk.claim(desk.reply));
  desk.settle(desk.reply, busy);
  CHECK(desk.state() == DeliveryState::queued);
  desk.clock.advance(hours{25});
  REQUIRE(desk.claim(desk.reply));
  desk.settle(desk.reply, busy);
  CHECK(desk.message(desk.reply).delivery->reason->code == "gave_up");
}

TEST_CASE("settle: an inbox that needs attention is paused, says so, keeps the reply, and goes on when resumed") {
  Sending desk;
  desk.claim(desk.reply);
  desk.settle(desk.reply, NeedsAttention{"token_rejected", "set a new token"});
  CHECK(desk.state() == DeliveryState::queued);
  CHECK(desk.inbox(desk.shop.id).health.state == InboxHealthState::unhealthy);
  CHECK(desk.due().empty());
  desk.write([&](Context& context) {
    return change_health(context, desk.shop.id, {InboxHealthState::healthy, "", "", context.now});
  });
  CHECK(desk.inbox(desk.shop.id).health.state == InboxHealthState::unhealthy);
  desk.write([&](Context& context) { return resume_outbound(context, desk.shop.id); });
  CHECK(desk.inbox(desk.shop.id).health.state == InboxHealthState::healthy);
  CHECK(desk.due().size() == 1);
}

TEST_CASE("settle: a refusal tells the agent; one who is gone is marked, which the contact announces") {
  Sending desk;
  desk.claim(desk.reply);
  const auto before = desk.head();
  const auto version = desk.contact(desk.identity("anna")->contact).version;
  desk.settle(desk.reply, Rejected{"blocked", "the customer blocked us", true});
  CHECK(desk.state() == DeliveryState::failed);
  CHECK(desk.message(desk.reply).delivery->reason == DeliveryReason{"blocked", "the customer blocked us"});
  CHECK(desk.identity("anna")->unreachable_since);
  CHECK(desk.contact(desk.identity("anna")->contact).version == version + 1);
  CHECK(desk.log_after(before) == "contact.updated message.delivery");
}

TEST_CASE("settle: the settlement of an attempt that another followed is void") {
  Sending desk;
  desk.claim(desk.reply);
  const auto row = desk.outbox_row(desk.reply);
  desk.settle(desk.reply, RetryAfter{Milliseconds{1}, "busy", "busy", {}});
  const auto before = desk.head();
  desk.settle_attempt(row, row.attempt, Rejected{"late", "late", false});
  CHECK(desk.head() == before);
  CHECK(desk.state() == DeliveryState::queued);
}

TEST_CASE("uncertain: never sent twice by itself; a person accepts the duplicate or settles it by hand") {
  Sending desk;
  desk.claim(desk.reply);
  desk.settle(desk.reply, Unknown{"the answer was lost"});
  CHECK(desk.state() == DeliveryState::uncertain);
  desk.clock.advance(hours{48});
  CHECK(desk.due().empty());
  CHECK(desk.retry(desk.ann, Duplicates::refuse).error().code == ErrorCode::conflict);
  SECTION("accepted") {
    REQUIRE(desk.retry(desk.ann, Duplicates::accept));
    CHECK(desk.state() == DeliveryState::queued);
    CHECK(desk.message(desk.reply).delivery->attempt == 2);
    CHECK(desk.due().size() == 1);
    CHECK(desk.resolve(desk.ann, ResolveAs::sent).error().code == ErrorCode::conflict);
  }
  SECTION("sent") {
    REQUIRE(desk.resolve(desk.ann, ResolveAs::sent));
    CHECK(desk.state() == DeliveryState::sent);
    CHECK(desk.retry(desk.ann, Duplicates::accept).error().code == ErrorCode::conflict);
  }
  SECTION("failed") {
    REQUIRE(desk.resolve(desk.ann, ResolveAs::failed));
    CHECK(desk.state() == DeliveryState::failed);
    CHECK(desk.retry(desk.ann, Duplicates::refuse));
  }
}

TEST_CASE("settling by hand: an agent one's own, a lead everybody's, nobody what they do not see or what is not ours") {
  Sending desk;
  desk.claim(desk.reply);
  desk.settle(desk.reply, Unknown{"the answer was lost"});
  CHECK(desk.resolve(desk.bob, ResolveAs::sent).error().code == ErrorCode::forbidden);
  CHECK(desk.retry(desk.eve, Duplicates::accept).error().code == ErrorCode::not_found);
  CHECK(desk.resolve(desk.lea, ResolveAs::sent));
  const auto theirs = desk.by_external("1")->id;
  CHECK(desk.act(desk.lea, [&](Context& c, const Agent& a) { return retry_message(c, a, theirs, Duplicates::accept); })
            .error()
            .code == ErrorCode::bad_request);
}

TEST_CASE("cancel: only what is queued, only by an admin; it is failed with the reason cancelled") {
  Sending desk;
  const auto cancel = [&](const Agent& agent) {
    const auto row = desk.outbox_row(desk.reply).id;
    return desk.act(agent, [&](Context& c, const Agent& a) { return cancel_send(c, a, row); });
  };
  CHECK(cancel(desk.lea).error().code == ErrorCode::forbidden);
  CHECK(cancel(desk.eve).error().code == ErrorCode::not_found);
  REQUIRE(cancel(desk.root));
  CHECK(desk.state() == DeliveryState::failed);
  CHECK(desk.message(desk.reply).delivery->reason->code == "cancelled");
  CHECK(cancel(desk.root).error().code == ErrorCode::conflict);
}

TEST_CASE("order: a retrying reply holds those behind it, a failed and an uncertain one do not") {
  Sending desk;
  const auto second = desk.write_one("second");
  const auto due_message = [&] { return desk.due().empty() ? MessageId{} : desk.due().front().message; };
  CHECK(desk.due().size() == 1);
  CHECK(due_message() == desk.reply);
  desk.claim(desk.reply);
  CHECK(desk.due().empty());
  desk.settle(desk.reply, RetryAfter{Milliseconds{5'000}, "busy", "busy", {}});
  CHECK(desk.due().empty());
  desk.clock.advance(Milliseconds{5'000});
  CHECK(due_message() == desk.reply);
  desk.claim(desk.reply);
  SECTION("failed") { desk.settle(desk.reply, Rejected{"refused", "refused", false}); }
  SECTION("uncertain") { desk.settle(desk.reply, Unknown{"lost"}); }
  CHECK(due_message() == second);
}

TEST_CASE("recovery: an unrepeatable request in flight is uncertain, everything else goes out again") {
  Sending desk;
  desk.claim(desk.reply);
  const auto recover = [&](const std::string& owner) {
    return desk.write([&](Context& context) { return recover_abandoned(context, owner, 100); });
  };
  CHECK(recover("me") == 0);
  SECTION("unrepeatable") {
    CHECK(recover("next") == 1);
    CHECK(desk.state() == DeliveryState::uncertain);
  }
  SECTION("not begun") {
    const auto row = desk.outbox_row(desk.reply).id;
    REQUIRE(desk.write([&](Context& context) {
      return note_step(context, {row, "me", storage::InFlight::repeatable, {}, context.now});
    }));
    CHECK(recover("next") == 1);
    CHECK(desk.state() == DeliveryState::queued);
    CHECK(desk.message(desk.reply).delivery->attempt == 2);
  }
  SECTION("its own, when the lease has ended") {
    desk.clock.advance(hours{1});
    CHECK(recover("me") == 1);
  }
  CHECK(recover("next") == 0);
}

TEST_CASE("steps: a send that is not ours any more must stop") {
  Sending desk;
  desk.claim(desk.reply);
  const auto row = desk.outbox_row(desk.reply).id;
  const auto note = [&](const std::string& owner) {
    return desk
        .write([&](Context& context) {
          return note_step(context, {row, owner, storage::InFlight::unrepeatable, {}, context.now});
        })
        .value();
  };
  CHECK(note("me"));
  CHECK_FALSE(note("other"));
  desk.settle(desk.reply, Accepted{{"w1"}});
  CHECK_FALSE(note("me"));
}

}  // namespace
}  // namespace inboxd::core
