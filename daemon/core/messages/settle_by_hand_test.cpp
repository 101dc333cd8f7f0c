// What people decide about edits, deletions and reactions whose end nobody knows, and when a send may be tried again.
#include "daemon/core/messages/settle_by_hand.hpp"

#include "daemon/core/messages/reply.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

/// A delivered reply whose edit got lost on the way.
struct UncertainEdit : CoreDesk {
  MessageId reply = [this] {
    receive({incoming("1")});
    return MessageId{send(ann, text(with("anna").id, "answer")).value().id};
  }();
  storage::OutboxRow row = [this] {
    claim(reply);
    settle(reply, Accepted{{"w1"}});
    return make("better", Unknown{"the answer was lost."});
  }();

  /// An edit, claimed and settled; its row afterwards.
  storage::OutboxRow make(const std::string& words, const SendOutcome& outcome) {
    const auto edit = act(ann, [&](Context& c, const Agent& a) {
      return edit_message(c, a, {reply, words, ""}, surroundings());
    });
    REQUIRE(edit);
    return go_out(outcome);
  }
  storage::OutboxRow go_out(const SendOutcome& outcome) {
    const auto queued = due().front();
    write([&](Context& context) {
      return core::claim(context, *channels()(), {{queued.id}, "me", context.now + Milliseconds{60'000}}).size();
    });
    settle_attempt(queued, queued.attempt, outcome);
    return find(queued.id);
  }
  storage::OutboxRow find(OutboxId id) {
    return read([&](const storage::Tables& tables) { return *tables.outbox().find(id); });
  }
  std::string last_activity() {
    const auto told = messages(with("anna").id).back();
    const auto* activity = std::get_if<ActivityContent>(&told.content.detail);
    return activity != nullptr ? activity->action : "";
  }
};

TEST_CASE("an uncertain change is told with the way to settle it") {
  UncertainEdit desk;
  CHECK(desk.row.state == DeliveryState::uncertain);
  const auto told = desk.messages(desk.with("anna").id).back();
  const auto& activity = std::get<ActivityContent>(told.content.detail);
  CHECK(activity.action == "edit_uncertain");
  CHECK(activity.detail.find(to_string(desk.row.id)) != std::string::npos);
}

TEST_CASE("an uncertain change is resolved like a reply: as sent the message changes here, as failed it stays") {
  UncertainEdit desk;
  const auto resolve = [&](ResolveAs as) {
    return desk.act(desk.ann, [&](Context& c, const Agent& a) { return resolve_message(c, a, desk.reply, as); });
  };
  SECTION("sent") {
    REQUIRE(resolve(ResolveAs::sent));
    CHECK(desk.find(desk.row.id).state == DeliveryState::sent);
    CHECK(desk.message(desk.reply).text == "better");
  }
  SECTION("failed") {
    REQUIRE(resolve(ResolveAs::failed));
    CHECK(desk.find(desk.row.id).state == DeliveryState::failed);
    CHECK(desk.message(desk.reply).text == "answer");
    CHECK(desk.last_activity() == "edit_refused");
  }
  CHECK(desk.delivery(desk.reply) == DeliveryState::sent);
  CHECK(resolve(ResolveAs::sent).error().code == ErrorCode::conflict);
}

TEST_CASE("an uncertain change is made again without talk of duplicates, by its message or by its row") {
  UncertainEdit desk;
  SECTION("by its message") {
    REQUIRE(desk.act(desk.ann,
                     [&](Context& c, const Agent& a) { return retry_message(c, a, desk.reply, Duplicates::refuse); }));
  }
  SECTION("by its row, which is the operator's") {
    const auto by_row = [&](const Agent& agent) {
      return desk.act(agent,
                      [&](Context& c, const Agent& a) { return retry_row(c, a, desk.row.id, Duplicates::refuse); });
    };
    CHECK(by_row(desk.ann).error().code == ErrorCode::forbidden);
    REQUIRE(by_row(desk.root));
  }
  CHECK(desk.find(desk.row.id).state == DeliveryState::queued);
  CHECK(desk.delivery(desk.reply) == DeliveryState::sent);
  desk.go_out(Accepted{{}});
  CHECK(desk.message(desk.reply).text == "better");
}

TEST_CASE("an uncertain change that is cancelled leaves the message as it is here, and says so") {
  UncertainEdit desk;
  REQUIRE(desk.act(desk.root, [&](Context& c, const Agent& a) { return cancel_send(c, a, desk.row.id); }));
  CHECK(desk.find(desk.row.id).state == DeliveryState::failed);
  CHECK(desk.message(desk.reply).text == "answer");
  CHECK(desk.last_activity() == "edit_refused");
}

TEST_CASE("a newer change settles an older one of the same kind, which cannot be made again after it") {
  UncertainEdit desk;
  SECTION("accepted") {
    desk.make("best", Accepted{{}});
    CHECK(desk.find(desk.row.id).state == DeliveryState::failed);
  }
  SECTION("under way") {
    REQUIRE(desk.act(desk.ann, [&](Context& c, const Agent& a) {
      return edit_message(c, a, {desk.reply, "best", ""}, desk.surroundings());
    }));
  }
  const auto again =
      desk.act(desk.root, [&](Context& c, const Agent& a) { return retry_row(c, a, desk.row.id, Duplicates::accept); });
  CHECK(again.error().code == ErrorCode::conflict);
}

TEST_CASE("nothing is queued again on an inbox that is disabled or removed") {
  UncertainEdit desk;
  auto inbox = desk.inbox(desk.shop.id);
  SECTION("disabled") { inbox.enabled = false; }
  SECTION("removed") { inbox.removed = true; }
  desk.write([&](Context& context) {
    context.tables.inboxes().update(inbox);
    return true;
  });
  const auto refused = [](const Result<Outcome>& outcome) { return outcome.error().code; };
  CHECK(refused(desk.act(desk.ann, [&](Context& c, const Agent& a) {
          return retry_message(c, a, desk.reply, Duplicates::accept);
        })) == ErrorCode::channel_unavailable);
  CHECK(refused(desk.act(desk.root, [&](Context& c, const Agent& a) {
          return retry_row(c, a, desk.row.id, Duplicates::accept);
        })) == ErrorCode::channel_unavailable);
  CHECK(desk.find(desk.row.id).state == DeliveryState::uncertain);
}

}  // namespace
}  // namespace inboxd::core
