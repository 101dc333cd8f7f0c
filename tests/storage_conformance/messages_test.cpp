// Messages: whole and in order, the providers' ids, delivery, reactions, parked receipts.
#include "tests/storage_conformance/fixture.hpp"

namespace inboxd::storage::conformance {

TEMPLATE_LIST_TEST_CASE("a message comes back as it was inserted, its author named", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  auto row = f.message_row(conversation, "Ciao");
  row.kind = MessageKind::location;
  row.note = true;
  row.html = "<b>Ciao</b>";
  row.content.detail = LocationContent{45.5, 9.25, "Duomo", "Milano", "", 0};
  row.group = "album";
  row.reply_to = f.message(conversation);
  row.external_id = "wamid.1";
  row.edited_at = at_ms(1);
  row.deleted_at = at_ms(2);
  row.version = 3;
  row.id = f.tables().messages().insert(row);
  row.author.name = "Carla";
  CHECK(f.tables().messages().find(row.id) == row);
  row.text = "Ciao!";
  row.content = {};
  row.deleted_at.reset();
  row.version = 4;
  f.tables().messages().update(row);
  CHECK(f.tables().messages().find(row.id) == row);
  CHECK_FALSE(f.tables().messages().find(MessageId{99}));
}

TEMPLATE_LIST_TEST_CASE("text with a zero byte or any Unicode is kept whole", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  const std::string text("a\0b \xF0\x9F\x91\x8D", 8);
  CHECK(f.tables().messages().find(f.message(conversation, text))->text == text);
}

TEMPLATE_LIST_TEST_CASE("pages of a conversation run both ways", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  const auto other = f.conversation("other");
  std::vector<MessageId> ids;
  for (int n = 0; n < 5; ++n) {
    ids.push_back(f.message(conversation));
    f.message(other);
  }
  using Ids = std::vector<MessageId>;
  const auto page = [&](MessageOrder order, std::optional<MessageId> after) {
    return ids_of(f.tables().messages().of_conversation(conversation.id, {order, after, 2}));
  };
  CHECK(page(MessageOrder::oldest_first, {}) == Ids{ids[0], ids[1]});
  CHECK(page(MessageOrder::oldest_first, ids[1]) == Ids{ids[2], ids[3]});
  CHECK(page(MessageOrder::newest_first, {}) == Ids{ids[4], ids[3]});
  CHECK(page(MessageOrder::newest_first, ids[1]) == Ids{ids[0]});
}

TEMPLATE_LIST_TEST_CASE("a contact's history holds only the inboxes that the viewer sees", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto contact = f.contact();
  const auto first = f.inbox("first");
  const auto second = f.inbox("second");
  const auto one = f.message(f.conversation(first, f.identity(first, "a", contact)));
  const auto two = f.message(f.conversation(second, f.identity(second, "b", contact)));
  f.message(f.conversation("other"));
  using Ids = std::vector<MessageId>;
  const auto history = [&](const Agent& viewer, const MessagePage& page) {
    return ids_of(f.tables().messages().of_contact(contact, viewer, page));
  };
  CHECK(history(f.sees_all(), {}) == Ids{one, two});
  CHECK(history(f.sees_all(), {MessageOrder::newest_first, {}, 1}) == Ids{two});
  CHECK(history(f.sees_all(), {MessageOrder::oldest_first, one, 9}) == Ids{two});
  CHECK(history(f.sees({second}), {}) == Ids{two});
  CHECK(history(f.sees({}), {}).empty());
}

TEMPLATE_LIST_TEST_CASE("a message is found by any of its provider ids, in its inbox only", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  const auto id = f.message(conversation, "reply", Direction::out);
  auto& messages = f.tables().messages();
  CHECK(messages.external_ids(id).empty());
  messages.add_external_ids(id, {"b", "a"});
  messages.add_external_ids(id, {"a", "c", "b"});
  CHECK(messages.external_ids(id) == std::vector<std::string>{"b", "a", "c"});
  CHECK(messages.find(id)->external_id == "b");
  CHECK(messages.find(id)->delivery->external_ids == std::vector<std::string>{"b", "a", "c"});
  for (const auto* external_id : {"a", "b", "c"})
    CHECK(messages.find_by_external(conversation.inbox, external_id) == id);
  CHECK_FALSE(messages.find_by_external(conversation.inbox, "d"));
  CHECK_FALSE(messages.find_by_external(f.inbox("other"), "a"));
}

TEMPLATE_LIST_TEST_CASE("provider ids given with a new message are registered", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  auto row = f.message_row(conversation, "echo", Direction::out);
  row.delivery = Delivery{DeliveryState::sent, 1, {"x", "y"}, {}};
  row.id = f.tables().messages().insert(row);
  CHECK(f.tables().messages().find_by_external(conversation.inbox, "y") == row.id);
  CHECK(f.tables().messages().find(row.id)->external_id == "x");
}

TEMPLATE_LIST_TEST_CASE("the newest incoming provider id skips replies and messages without one", "[storage]",
                        BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  auto& messages = f.tables().messages();
  CHECK(messages.newest_incoming_external_id(conversation.id).empty());
  auto row = f.message_row(conversation);
  row.external_id = "in-1";
  messages.insert(row);
  row = f.message_row(conversation, "reply", Direction::out);
  row.external_id = "out-1";
  messages.insert(row);
  f.message(conversation);
  CHECK(messages.newest_incoming_external_id(conversation.id) == "in-1");
}

TEMPLATE_LIST_TEST_CASE("delivery is kept with its attempt and reason", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  const auto id = f.message(conversation, "reply", Direction::out);
  CHECK(f.tables().messages().find(id)->delivery == Delivery{});
  Delivery failed{DeliveryState::failed, 2, {}, DeliveryReason{"window_closed", "Too late."}};
  f.tables().messages().update_delivery(id, failed, 5);
  CHECK(f.tables().messages().find(id)->delivery == failed);
  CHECK(f.tables().messages().find(id)->version == 5);
  failed.reason.reset();
  f.tables().messages().update_delivery(id, failed, 6);
  CHECK(f.tables().messages().find(id)->delivery == failed);
  CHECK_FALSE(f.tables().messages().find(f.message(conversation))->delivery);
}

TEMPLATE_LIST_TEST_CASE("an author's reactions become exactly what was given", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  const auto id = f.message(conversation);
  const Author carla{AuthorKind::contact, conversation.contact.value, "Carla"};
  const Author ada{AuthorKind::agent, f.agent().value, "Ada"};
  auto& messages = f.tables().messages();
  messages.set_reactions(id, carla, {"👍", "🎉"}, at_ms(1));
  messages.set_reactions(id, ada, {"👀"}, at_ms(2));
  using Reactions = std::vector<Reaction>;
  CHECK(messages.find(id)->reactions == Reactions{{"👍", carla}, {"🎉", carla}, {"👀", ada}});
  messages.set_reactions(id, carla, {"❤"}, at_ms(3));
  CHECK(messages.find(id)->reactions == Reactions{{"👀", ada}, {"❤", carla}});
  messages.set_reactions(id, ada, {}, at_ms(4));
  CHECK(messages.find(id)->reactions == Reactions{{"❤", carla}});
}

TEMPLATE_LIST_TEST_CASE("parked receipts are taken once, oldest first", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  auto& messages = f.tables().messages();
  messages.park_receipt(inbox, "x", {DeliveryState::delivered, {}, at_ms(2)});
  messages.park_receipt(inbox, "x", {DeliveryState::failed, DeliveryReason{"131047", "Too late."}, at_ms(1)});
  messages.park_receipt(inbox, "y", {DeliveryState::read, {}, at_ms(3)});
  const auto taken = messages.take_parked_receipts(inbox, "x");
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].state == DeliveryState::delivered);
  CHECK(taken[1].reason == DeliveryReason{"131047", "Too late."});
  CHECK(taken[1].at == at_ms(1));
  CHECK(messages.take_parked_receipts(inbox, "x").empty());
  CHECK(messages.take_parked_receipts(inbox, "y").size() == 1);
}

TEMPLATE_LIST_TEST_CASE("parked changes are taken once, oldest first, and go after a week", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  auto& messages = f.tables().messages();
  messages.park_change(inbox, "x", {"first", RawOriginalId{7}, at_ms(2)});
  messages.park_change(inbox, "x", {"second", RawOriginalId{8}, at_ms(1)});
  messages.park_change(inbox, "old", {"forgotten", RawOriginalId{9}, at_ms(3)});
  const auto taken = messages.take_parked_changes(inbox, "x");
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].event == "first");
  CHECK(taken[0].original == RawOriginalId{7});
  CHECK(taken[1].at == at_ms(1));
  CHECK(messages.take_parked_changes(inbox, "x").empty());
  messages.park_change(inbox, "y", {"kept", RawOriginalId{9}, at_ms(3) + std::chrono::hours{24 * 8}});
  CHECK(messages.take_parked_changes(inbox, "old").empty());
  CHECK(messages.take_parked_changes(inbox, "y").size() == 1);
}

TEMPLATE_LIST_TEST_CASE("who awaits a message is known by its id, within the inbox, for a week", "[storage]",
                        BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  const auto inbox = conversation.inbox;
  const auto answer = f.message(conversation);
  auto& messages = f.tables().messages();
  messages.await_references(answer, inbox, {"<a>", "<b>"}, at_ms(1));
  CHECK(messages.awaiting(inbox, "<b>") == std::vector<MessageId>{answer});
  CHECK(messages.awaiting(InboxId{inbox.value + 1}, "<b>").empty());
  CHECK(messages.awaiting(inbox, "<c>").empty());
  messages.await_references(answer, inbox, {"<c>"}, at_ms(1) + std::chrono::hours{24 * 8});
  CHECK(messages.awaiting(inbox, "<a>").empty());
}

}  // namespace inboxd::storage::conformance
