// The outbox: which rows may go out, which wait, which were left by a process that is gone.
#include "tests/storage_conformance/fixture.hpp"

namespace inboxd::storage::conformance {
namespace {

using Ids = std::vector<OutboxId>;

template <class BackEnd>
struct Outbox : Fixture<BackEnd> {
  OutboxTable& outbox() { return this->tables().outbox(); }

  OutboxRow row(const Conversation& conversation) {
    OutboxRow row;
    row.message = this->message(conversation, "reply", Direction::out);
    row.conversation = conversation.id;
    row.inbox = conversation.inbox;
    row.created_at = at_ms(++created_);
    row.id = outbox().insert(row);
    return row;
  }
  void become(OutboxRow& row, DeliveryState state) {
    row.state = state;
    outbox().update(row);
  }
  Ids due(std::int64_t now_ms = 0, const std::vector<InboxId>& busy = {}, int limit = 50) {
    return ids_of(outbox().due(at_ms(now_ms), busy, limit));
  }

 private:
  int created_ = 0;
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("an outbox row comes back as it was inserted and updated", "[storage]", BackEnds) {
  Outbox<TestType> o;
  const auto conversation = o.conversation();
  auto row = o.row(conversation);
  CHECK(o.outbox().find(row.id) == row);
  row.state = DeliveryState::sending;
  row.attempt = 2;
  row.tries = 3;
  row.held = true;
  row.next_try_at = at_ms(4);
  row.owner = "process";
  row.lease_until = at_ms(5);
  row.in_flight = InFlight::unrepeatable;
  row.payload = R"({"emoji":"x"})";
  row.exchanges = "[]";
  row.correlation = "c-1";
  o.outbox().update(row);
  CHECK(o.outbox().find(row.id) == row);
  CHECK(o.outbox().find_by_correlation(conversation.inbox, "c-1") == row);
  CHECK_FALSE(o.outbox().find_by_correlation(o.inbox("other"), "c-1"));
  CHECK_FALSE(o.outbox().find_by_correlation(conversation.inbox, ""));
  CHECK_FALSE(o.outbox().find(OutboxId{99}));
}

TEMPLATE_LIST_TEST_CASE("the send of a message is its newest row that sends", "[storage]", BackEnds) {
  Outbox<TestType> o;
  const auto conversation = o.conversation();
  auto row = o.row(conversation);
  row.attempt = 2;
  row.id = o.outbox().insert(row);
  auto edit = row;
  edit.action = OutboxAction::edit;
  edit.id = o.outbox().insert(edit);
  auto erasure = edit;
  erasure.action = OutboxAction::erase;
  erasure.id = o.outbox().insert(erasure);
  CHECK(o.outbox().send_of(row.message) == row);
  CHECK(ids_of(o.outbox().changes_of(row.message, 9)) == Ids{erasure.id, edit.id});
  CHECK(ids_of(o.outbox().changes_of(row.message, 1)) == Ids{erasure.id});
  CHECK_FALSE(o.outbox().send_of(o.message(conversation)));
}

TEMPLATE_LIST_TEST_CASE("only the head of a conversation is due, and nothing while it is being sent", "[storage]",
                        BackEnds) {
  Outbox<TestType> o;
  const auto one = o.conversation("one");
  const auto two = o.conversation("two");
  auto first = o.row(one);
  auto second = o.row(one);
  auto other = o.row(two);
  CHECK(o.due() == Ids{first.id, other.id});
  CHECK(o.due(0, {}, 1) == Ids{first.id});
  o.become(first, DeliveryState::sending);
  CHECK(o.due() == Ids{other.id});
  const auto ended = GENERATE(DeliveryState::sent, DeliveryState::failed, DeliveryState::uncertain);
  o.become(first, ended);
  CHECK(o.due() == Ids{second.id, other.id});
}

TEMPLATE_LIST_TEST_CASE("a head that waits or is held holds its conversation", "[storage]", BackEnds) {
  Outbox<TestType> o;
  const auto conversation = o.conversation();
  auto first = o.row(conversation);
  const auto second = o.row(conversation);
  first.next_try_at = at_ms(10);
  o.outbox().update(first);
  CHECK(o.due(9).empty());
  CHECK(o.due(10) == Ids{first.id});
  CHECK(o.outbox().next_due(at_ms(0)) == at_ms(10));
  CHECK_FALSE(o.outbox().next_due(at_ms(10)));
  first.held = true;
  o.outbox().update(first);
  CHECK(o.due(10).empty());
  CHECK_FALSE(o.outbox().next_due(at_ms(0)));
  CHECK(ids_of(o.outbox().queued(Held::yes, 9)) == Ids{first.id});
  CHECK(ids_of(o.outbox().queued(Held::no, 9)) == Ids{second.id});
  CHECK(o.outbox().queued(Held::no, 0).empty());
}

TEMPLATE_LIST_TEST_CASE("nothing is due on an inbox that is disabled, removed, paused or busy", "[storage]", BackEnds) {
  Outbox<TestType> o;
  const auto conversation = o.conversation();
  const auto row = o.row(conversation);
  auto& inboxes = o.tables().inboxes();
  const auto usual = inboxes.find(conversation.inbox).value();
  CHECK(o.due(0, {usual.id}).empty());
  auto changed = usual;
  changed.enabled = false;
  inboxes.update(changed);
  CHECK(o.due().empty());
  changed = usual;
  changed.removed = true;
  inboxes.update(changed);
  CHECK(o.due().empty());
  changed = usual;
  changed.outbound_paused = "the token was revoked";
  inboxes.update(changed);
  CHECK(o.due().empty());
  inboxes.update(usual);
  CHECK(o.due() == Ids{row.id});
}

TEMPLATE_LIST_TEST_CASE("rows of another process or with an ended lease are abandoned", "[storage]", BackEnds) {
  Outbox<TestType> o;
  auto mine = o.row(o.conversation("one"));
  mine.owner = "me";
  mine.lease_until = at_ms(10);
  o.become(mine, DeliveryState::sending);
  auto theirs = o.row(o.conversation("two"));
  theirs.owner = "them";
  theirs.lease_until = at_ms(10);
  o.become(theirs, DeliveryState::sending);
  CHECK(ids_of(o.outbox().abandoned("me", at_ms(9), 9)) == Ids{theirs.id});
  CHECK(ids_of(o.outbox().abandoned("me", at_ms(11), 9)) == Ids{mine.id, theirs.id});
}

TEMPLATE_LIST_TEST_CASE("the outbox is listed by state, oldest first, and counted", "[storage]", BackEnds) {
  Outbox<TestType> o;
  const auto conversation = o.conversation();
  std::vector<OutboxRow> rows;
  for (int n = 0; n < 6; ++n) rows.push_back(o.row(conversation));
  o.become(rows[0], DeliveryState::sent);
  o.become(rows[1], DeliveryState::failed);
  o.become(rows[2], DeliveryState::uncertain);
  o.become(rows[3], DeliveryState::sending);
  rows[4].held = true;
  o.outbox().update(rows[4]);
  CHECK(ids_of(o.outbox().list({}, {}, 3)) == Ids{rows[1].id, rows[2].id, rows[3].id});
  CHECK(ids_of(o.outbox().list({}, rows[3].id, 3)) == Ids{rows[4].id, rows[5].id});
  CHECK(ids_of(o.outbox().list({DeliveryState::uncertain, DeliveryState::sent}, {}, 9)) == Ids{rows[0].id, rows[2].id});
  const auto counts = o.outbox().counts();
  CHECK(counts.queued == 2);
  CHECK(counts.held == 1);
  CHECK(counts.sending == 1);
  CHECK(counts.failed == 1);
  CHECK(counts.uncertain == 1);
  CHECK(counts.oldest_queued == rows[4].created_at);
}

}  // namespace inboxd::storage::conformance
