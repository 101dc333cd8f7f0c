// What arrives: once, in its conversation, announced in order, with the provider's bytes kept.
#include "daemon/core/messages/receive.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

using std::chrono::hours;

void set_status(CoreDesk& desk, ConversationId id, ConversationStatus status) {
  ChangeConversation command;
  command.conversation = id;
  command.status = status;
  if (status == ConversationStatus::snoozed) command.snoozed_until = desk.clock.now() + hours{1};
  REQUIRE(desk.change(desk.ann, command));
}

TEST_CASE("receive: five repetitions, within a request and between requests, are one message and one original") {
  CoreDesk desk;
  const auto first = desk.receive({desk.incoming("1"), desk.incoming("1")});
  CHECK(first.stored == 1);
  CHECK(first.repeated == 1);
  const auto head = desk.head();
  for (int i = 0; i < 4; ++i) CHECK(desk.receive({desk.incoming("1")}).repeated == 1);
  desk.clock.advance(hours{25});
  CHECK(desk.receive({desk.incoming("1")}).stored == 0);
  CHECK(desk.head() == head);
  CHECK(desk.messages(desk.with("anna").id).size() == 1);
  CHECK_FALSE(desk.read([](const storage::Tables& tables) { return tables.originals().find(RawOriginalId{2}); }));
}

TEST_CASE("receive: a first message makes contact and conversation, announced in this order, by the customer") {
  CoreDesk desk;
  const auto before = desk.head();
  auto event = desk.incoming("1");
  event.thread.language = "it";
  event.created_at = desk.clock.now() - hours{2};
  desk.receive({event});
  CHECK(desk.log_after(before) == "contact.created conversation.created message.created");
  for (const auto& logged : desk.events_after(before + 1)) {
    CHECK(logged.actor.kind == ActorKind::contact);
    CHECK(logged.version == 1);
  }
  const auto conversation = desk.with("anna");
  CHECK(conversation.status == ConversationStatus::open);
  CHECK(conversation.language == "it");
  CHECK(conversation.unread == 1);
  CHECK(conversation.last_message_at == desk.clock.now());
  const auto message = *desk.by_external("1");
  CHECK(message.author.name == "Name of anna");
  CHECK(message.created_at == event.created_at);
  CHECK(message.received_at == desk.clock.now());
  CHECK_FALSE(message.delivery);
}

TEST_CASE("receive: a further message moves the same conversation, announced after the message") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  const auto before = desk.head();
  const auto old = desk.with("anna");
  desk.clock.advance(hours{1});
  desk.receive({desk.incoming("2")});
  CHECK(desk.log_after(before) == "message.created conversation.updated");
  const auto moved = desk.with("anna");
  CHECK(moved.id == old.id);
  CHECK(moved.unread == 2);
  CHECK(moved.version == old.version + 1);
  CHECK(desk.events_after(before).back().version == moved.version);
  CHECK(moved.last_message_at == desk.clock.now());
}

TEST_CASE("receive: a customer's message opens what waits for it and leaves what is closed, which it continues") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  const auto first = desk.with("anna");
  int number = 1;
  for (const auto status : {ConversationStatus::resolved, ConversationStatus::snoozed, ConversationStatus::pending}) {
    set_status(desk, first.id, status);
    desk.receive({desk.incoming(std::to_string(++number))});
    const auto now = desk.with("anna");
    CHECK(now.id == first.id);
    CHECK(now.status == ConversationStatus::open);
    CHECK_FALSE(now.snoozed_until);
    CHECK_FALSE(now.resolved_at);
    CHECK_FALSE(desk.read([](const storage::Tables& tables) { return tables.timers().next_due(); }));
  }
  set_status(desk, first.id, ConversationStatus::closed);
  desk.receive({desk.incoming("last")});
  const auto next = desk.with("anna");
  CHECK(next.continues == first.id);
  CHECK(next.number == first.number + 1);
  CHECK(desk.conversation_row(first.id).status == ConversationStatus::closed);
}

TEST_CASE("receive: the reply window counts from the provider's time and never goes back") {
  CoreDesk desk;
  desk.shop.channel->can.reply_window = hours{24};
  desk.receive({desk.incoming("1")});
  const auto ends_at = desk.clock.now() + hours{24};
  CHECK(desk.with("anna").reply_window_ends_at == ends_at);
  auto late = desk.incoming("2");
  late.created_at -= hours{5};
  auto echo = desk.incoming("3");
  echo.created_at += hours{1};
  echo.opens_reply_window = false;
  desk.receive({late, echo});
  CHECK(desk.with("anna").reply_window_ends_at == ends_at);
}

TEST_CASE("receive: a message without a time of the provider's has ours") {
  CoreDesk desk;
  desk.shop.channel->can.reply_window = hours{24};
  auto event = desk.incoming("1");
  event.created_at = Timestamp{};
  desk.receive({event});
  CHECK(desk.by_external("1")->created_at == desk.clock.now());
  CHECK(desk.with("anna").reply_window_ends_at == desk.clock.now() + hours{24});
}

TEST_CASE("receive: what a colleague sent by another program is shown once, as sent, and is nothing unread") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  const auto before = desk.with("anna");
  auto echo = desk.incoming("2");
  echo.direction = Direction::out;
  const auto head = desk.head();
  desk.clock.advance(hours{1});
  desk.receive({echo});
  CHECK(desk.log_after(head) == "message.created conversation.updated");
  CHECK(desk.events_after(head).front().actor.kind == ActorKind::system);
  auto again = echo;
  again.origin.dedupe_key = "another key";
  desk.receive({again});
  const auto message = *desk.by_external("2");
  CHECK(message.direction == Direction::out);
  CHECK(message.author.kind == AuthorKind::agent);
  CHECK(message.delivery->state == DeliveryState::sent);
  CHECK(desk.with("anna").unread == before.unread);
  CHECK(desk.messages(before.id).size() == 2);
}

TEST_CASE("receive: a copy of our own reply settles it where its answer was lost, and is no second message") {
  CoreDesk desk;
  desk.shop.channel->messages = GENERATE(1U, 2U);
  desk.receive({desk.incoming("1")});
  const auto conversation = desk.with("anna").id;
  const MessageId reply{desk.send(desk.ann, CoreDesk::text(conversation, "answer")).value().id};
  const auto stable_id = desk.claim(reply).value().outbound.stable_id;
  if (GENERATE(true, false)) desk.settle(reply, Unknown{"the answer was lost"});
  const auto before = desk.delivery(reply);
  auto copy = desk.incoming("<copy@shop.test>");
  copy.direction = Direction::out;
  desk.receive({desk.receipt("<copy@shop.test>", DeliveryState::sent, stable_id + ".1"), copy});
  CHECK(desk.messages(conversation).size() == 2);
  CHECK(desk.by_external("<copy@shop.test>")->id == reply);
  // Of several messages the copy of one says nothing of the others.
  CHECK(desk.delivery(reply) == (desk.shop.channel->messages == 1 ? DeliveryState::sent : before));
}

TEST_CASE("receive: whoever writes is reachable again; what a program wrote, or an activity, says nothing of that") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  IdentityChanged gone;
  gone.origin.dedupe_key = "gone";
  gone.identity = CoreDesk::person("anna");
  gone.reachable = false;
  gone.activity.action = "blocked";
  auto away = desk.incoming("2");
  away.automation = Automation::reply;
  desk.receive({gone, away});
  REQUIRE(desk.identity("anna")->unreachable_since);
  const auto before = desk.head();
  desk.receive({desk.incoming("3")});
  CHECK_FALSE(desk.identity("anna")->unreachable_since);
  CHECK(desk.log_after(before).starts_with("contact.updated message.created"));
}

TEST_CASE("receive: a group is one conversation whose messages name their senders") {
  CoreDesk desk;
  auto one = desk.incoming("1", "group");
  one.sender = CoreDesk::person("anna");
  auto two = desk.incoming("2", "group");
  two.sender = CoreDesk::person("bruno");
  desk.receive({one, two});
  const auto messages = desk.messages(desk.with("group").id);
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].author.id == desk.identity("anna")->contact.value);
  CHECK(messages[1].author.name == "Name of bruno");
  CHECK(desk.with("group").contact == desk.identity("group")->contact);
}

TEST_CASE("receive: the events of an unknown account go to quarantine once, those of another inbox's to that inbox") {
  CoreDesk desk;
  const auto second = desk.add_inbox("second", "account-2");
  auto there = desk.incoming("1");
  there.origin.account = "account-2";
  auto nowhere = desk.incoming("2");
  nowhere.origin.account = "account-3";
  TypingReported typing;
  typing.origin.account = "account-3";
  typing.thread = CoreDesk::person("anna");
  CHECK(desk.receive({there, nowhere, typing}).quarantined == 1);
  CHECK(desk.receive({there, nowhere, typing}).repeated == 2);
  CHECK_FALSE(desk.identity("anna"));
  desk.read([&](const storage::Tables& tables) {
    CHECK(tables.messages().find_by_external(second.id, "1"));
    const auto kept = tables.originals().quarantine(desk.shop.id, std::nullopt, 10);
    CHECK(kept.size() == 1);
    CHECK(kept.front().reason_code == "unknown_account");
    CHECK(tables.originals().find(kept.front().original)->body == "raw bytes");
    return true;
  });
}

TEST_CASE("receive: an attachment whose bytes came along is ready at once, and nothing fetches it") {
  CoreDesk desk;
  auto event = desk.incoming("1");
  event.attachments.push_back({"", "logo.png", "image/png", {}, "", BlobRef{std::string(64, 'a'), 12}, "logo@shop"});
  desk.receive({event});
  const auto message = *desk.by_external("1");
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].state == AttachmentState::ready);
  CHECK(message.attachments[0].size == 12);
  CHECK(message.attachments[0].content_id == "logo@shop");
  CHECK_FALSE(desk.read([](const storage::Tables& tables) { return tables.attachments().next_due(); }));
  CHECK(desk.read(
            [](const storage::Tables& tables) { return tables.attachments().references(std::string(64, 'a')); }) == 1);
}

TEST_CASE("receive: a large original is the blob that the request names, and the stream's state comes with it") {
  CoreDesk desk;
  const auto inbox = desk.shop.id;
  desk.write([&](Context& context) {
    ProviderRequest request{inbox, {{desk.incoming("1")}, {}, {}}, {}, "message/rfc822", {}};
    request.raw_blob = BlobRef{std::string(64, 'b'), 1'000'000};
    request.stream_state = StreamState{"INBOX", "7 1"};
    return receive(context, *desk.channels()(), request).value().stored;
  });
  const auto original = *desk.read([](const storage::Tables& tables) { return tables.originals().find({1}); });
  CHECK(original.body.empty());
  CHECK(original.blob_hash == std::string(64, 'b'));
  CHECK(desk.read([&](const storage::Tables& tables) { return tables.inboxes().stream_state(inbox, "INBOX"); }) ==
        "7 1");
}

TEST_CASE("receive: the original is kept once a request and linked to all that it brought, malformed parts included") {
  CoreDesk desk;
  const auto received = desk.request(desk.shop.id, {{desk.incoming("1"), desk.incoming("2")}, {}, "one part is odd"});
  CHECK(received->stored == 2);
  CHECK(received->quarantined == 1);
  const auto head = desk.head();
  const auto again = desk.request(desk.shop.id, {{desk.incoming("1"), desk.incoming("2")}, {}, "one part is odd"});
  CHECK(again->quarantined == 0);
  CHECK(desk.head() == head);
  desk.read([&](const storage::Tables& tables) {
    const auto originals = tables.originals().of_message(*tables.messages().find_by_external(desk.shop.id, "1"));
    CHECK(originals.size() == 1);
    CHECK(originals == tables.originals().of_message(*tables.messages().find_by_external(desk.shop.id, "2")));
    const auto kept = tables.originals().quarantine(desk.shop.id, std::nullopt, 10);
    CHECK(kept.size() == 1);
    CHECK(kept.front().original == originals.front());
    return true;
  });
}

TEST_CASE("receive: a poller's state is stored with the events it came with") {
  CoreDesk desk;
  REQUIRE(desk.request(desk.shop.id, {{desk.incoming("1")}, {}, {}}, "offset 7"));
  CHECK(desk.read([&](const storage::Tables& t) { return t.inboxes().connector_state(desk.shop.id); }) == "offset 7");
  CHECK_FALSE(desk.request(InboxId{99}, {{desk.incoming("1")}, {}, {}}, "lost"));
}

TEST_CASE("receive: media wait to be fetched, a quoted message is linked") {
  CoreDesk desk;
  auto file = desk.incoming("1");
  file.attachments.push_back({"reference", "a.png", "image/png", 12, ""});
  auto answer = desk.incoming("2");
  answer.reply_to = "1";
  const auto received = desk.receive({file, answer});
  REQUIRE(received.with_attachments.size() == 1);
  CHECK(desk.by_external("1")->attachments.front().state == AttachmentState::pending);
  CHECK(desk.by_external("2")->reply_to == desk.by_external("1")->id);
}

TEST_CASE("receive: an activity is shown without waking the conversation") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  const auto before = desk.with("anna");
  set_status(desk, before.id, ConversationStatus::resolved);
  auto activity = desk.incoming("2");
  activity.kind = MessageKind::activity;
  const auto head = desk.head();
  desk.receive({activity});
  CHECK(desk.log_after(head) == "message.created");
  CHECK(desk.with("anna").status == ConversationStatus::resolved);
  CHECK(desk.with("anna").unread == before.unread);
}

}  // namespace
}  // namespace inboxd::core
