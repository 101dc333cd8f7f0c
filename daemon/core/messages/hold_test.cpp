// What a restored backup held back: shown, kept in small commands, let go by an admin only.
#include "daemon/core/messages/hold.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

struct Restored : CoreDesk {
  ConversationId conversation = [this] {
    receive({incoming("1")});
    return with("anna").id;
  }();
  std::vector<MessageId> replies;

  explicit Restored(int count) {
    for (int n = 0; n < count; ++n) replies.push_back(MessageId{send(ann, text(conversation, "answer")).value().id});
  }
  int hold(int limit = held_rows_max) {
    return write([&](Context& context) { return hold_outbox(context, limit); });
  }
  int release(int limit = held_rows_max) {
    return write([&](Context& context) { return release_outbox(context, root, limit); }).value();
  }
  Delivery delivery_of(std::size_t reply) { return *message(replies[reply]).delivery; }
};

TEST_CASE("hold: what is queued waits with the reason held, what was being sent is uncertain") {
  Restored desk(2);
  desk.claim(desk.replies[0]);
  const auto before = desk.head();
  CHECK(desk.hold() == 2);
  CHECK(desk.delivery_of(0).state == DeliveryState::uncertain);
  CHECK(desk.delivery_of(1).state == DeliveryState::queued);
  CHECK(desk.delivery_of(1).reason->code == "held");
  CHECK(desk.log_after(before) == "message.delivery message.delivery");
  CHECK(desk.due().empty());
  CHECK(desk.hold() == 0);
}

TEST_CASE("hold: a reply written after the restore waits behind what is held in its conversation") {
  Restored desk(1);
  desk.hold();
  const MessageId later{desk.send(desk.ann, CoreDesk::text(desk.conversation, "later")).value().id};
  CHECK(desk.due().empty());
  CHECK_FALSE(desk.message(later).delivery->reason);
}

TEST_CASE("release: everything goes out again without a reason, in as many commands as it takes") {
  Restored desk(3);
  CHECK(desk.hold(2) == 2);
  CHECK(desk.hold(2) == 1);
  CHECK(desk.release(2) == 2);
  CHECK(desk.delivery_of(2).reason->code == "held");
  CHECK(desk.release(2) == 1);
  CHECK_FALSE(desk.delivery_of(2).reason);
  CHECK(desk.due().size() == 1);
  CHECK(desk.write([&](Context& context) { return release_outbox(context, desk.lea); }).error().code ==
        ErrorCode::forbidden);
}

}  // namespace
}  // namespace inboxd::core
