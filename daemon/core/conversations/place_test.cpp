// Where an incoming message lands when its customer keeps several conversations apart, and why.
#include "daemon/core/conversations/place.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

struct MailDesk : CoreDesk {
  MailDesk() { shop.channel->can.copies = Support::full; }

  MessageReceived mail(const std::string& id, const std::string& from, PlacementHints hints = {}) const {
    auto event = incoming(id, from);
    event.placement = std::move(hints);
    event.subject = "about " + id;
    event.content.detail =
        EmailContent{{}, {from, {}}, {{"support@shop.test", {}}}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    return event;
  }
  Message landed(const MessageReceived& event) {
    receive({event});
    return *by_external(event.external_id);
  }
  /// An answer of ours that reached its customer with this id.
  void answer(ConversationId conversation, const std::string& external_id) {
    const auto sent = MessageId{send(ann, text(conversation, "answer")).value().id};
    claim(sent);
    settle(sent, Accepted{{external_id}});
  }
  void set_status(ConversationId id, ConversationStatus status) {
    ChangeConversation command;
    command.conversation = id;
    command.status = status;
    REQUIRE(change(ann, command));
  }
};

PlacementHints refers_to(std::vector<std::string> references) {
  PlacementHints hints;
  hints.references = std::move(references);
  return hints;
}

TEST_CASE("place: each mail without a hint opens a conversation of its own, named by its subject") {
  MailDesk desk;
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  const auto second = desk.landed(desk.mail("2", "anna@x.test"));
  CHECK(first.conversation != second.conversation);
  CHECK(second.content.placed_by == "new");
  CHECK(desk.conversation_row(second.conversation).subject == "about 2");
  CHECK_FALSE(desk.conversation_row(second.conversation).continues);
}

TEST_CASE("place: an answer to what we sent lands with it, whoever writes") {
  MailDesk desk;
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  desk.answer(first.conversation, "<ours@shop.test>");
  for (const std::string writer : {"anna@x.test", "colleague@x.test"}) {
    const auto answer = desk.landed(desk.mail("a " + writer, writer, refers_to({"<unknown>", "<ours@shop.test>"})));
    CHECK(answer.conversation == first.conversation);
    CHECK(answer.content.placed_by == "reference");
    CHECK(answer.author.name == "Name of " + writer);
  }
  CHECK(desk.conversation_row(first.conversation).contact == desk.identity("anna@x.test")->contact);
}

TEST_CASE("place: a guessed id of a customer's mail leads a stranger nowhere, and those it concerned to it") {
  MailDesk desk;
  auto mail = desk.mail("1", "anna@x.test");
  std::get<EmailContent>(mail.content.detail).cc = {{"colleague@x.test", {}}};
  const auto first = desk.landed(mail);
  CHECK(desk.landed(desk.mail("2", "stranger@y.test", refers_to({"1"}))).conversation != first.conversation);
  CHECK(desk.landed(desk.mail("3", "colleague@x.test", refers_to({"1"}))).conversation == first.conversation);
  CHECK(desk.landed(desk.mail("4", "anna@x.test", refers_to({"1"}))).conversation == first.conversation);
}

TEST_CASE("place: an answer that overtakes what it answers shares its conversation once that comes") {
  MailDesk desk;
  const auto answer = desk.landed(desk.mail("2", "anna@x.test", refers_to({"1", "0"})));
  CHECK(answer.content.placed_by == "new");
  // Another one that names the same begins no conversation either.
  CHECK(desk.landed(desk.mail("3", "anna@x.test", refers_to({"0"}))).conversation == answer.conversation);
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  CHECK(first.conversation == answer.conversation);
  CHECK(first.content.placed_by == "reference");
  CHECK(desk.landed(desk.mail("0", "anna@x.test")).conversation == answer.conversation);
}

TEST_CASE("place: who names an id before it is there draws nobody else's mail into their conversation") {
  MailDesk desk;
  const auto trap = desk.landed(desk.mail("trap", "mallory@y.test", refers_to({"1"})));
  const auto mail = desk.landed(desk.mail("1", "anna@x.test"));
  CHECK(mail.conversation != trap.conversation);
  CHECK(mail.content.placed_by == "new");
  auto sent = desk.mail("2", "bert@x.test");
  desk.landed(desk.mail("trap 2", "mallory@y.test", refers_to({"2"})));
  sent.direction = Direction::out;
  CHECK(desk.landed(sent).content.placed_by == "new");
}

TEST_CASE("place: a ticket number counts for those who have a part in it") {
  MailDesk desk;
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  PlacementHints numbered;
  numbered.ticket_number = desk.conversation_row(first.conversation).number;
  CHECK(desk.landed(desk.mail("2", "stranger@y.test", numbered)).content.placed_by == "new");
  const auto known = desk.landed(desk.mail("3", "anna@x.test", numbered));
  CHECK(known.conversation == first.conversation);
  CHECK(known.content.placed_by == "ticket_number");
}

TEST_CASE("place: a subject alone leads to the same sender's newest conversation about it, for two weeks") {
  MailDesk desk;
  PlacementHints same;
  same.subject = "the broken lamp";
  auto mail = desk.mail("1", "anna@x.test");
  mail.subject = "Fwd: The broken lamp";
  const auto first = desk.landed(mail);
  const auto second = desk.landed(desk.mail("2", "anna@x.test", same));
  CHECK(second.conversation == first.conversation);
  CHECK(second.content.placed_by == "subject");
  CHECK(desk.landed(desk.mail("3", "bert@x.test", same)).content.placed_by == "new");
  CHECK(desk.landed(desk.mail("4", "anna@x.test")).content.placed_by == "new");
  same.subject = "broken lamp";
  CHECK(desk.landed(desk.mail("5", "anna@x.test", same)).content.placed_by == "new");
  same.subject = "the broken lamp";
  desk.clock.advance(std::chrono::days{15});
  CHECK(desk.landed(desk.mail("6", "anna@x.test", same)).content.placed_by == "new");
}

TEST_CASE("place: our own signature outweighs every other hint") {
  MailDesk desk;
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  const auto second = desk.landed(desk.mail("2", "anna@x.test"));
  auto hints = refers_to({"2"});
  hints.conversation = to_string(first.conversation);
  hints.ticket_number = desk.conversation_row(second.conversation).number;
  const auto answer = desk.landed(desk.mail("3", "stranger@y.test", hints));
  CHECK(answer.conversation == first.conversation);
  CHECK(answer.content.placed_by == "signature");
  hints.conversation = "cv_99999";
  CHECK(desk.landed(desk.mail("4", "anna@x.test", hints)).conversation == second.conversation);
}

TEST_CASE("place: a conversation of another inbox is never meant") {
  MailDesk desk;
  const auto depot = desk.add_inbox("depot", "account-2");
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  auto hints = refers_to({"1"});
  hints.conversation = to_string(first.conversation);
  hints.ticket_number = desk.conversation_row(first.conversation).number;
  auto same = desk.mail("1", "anna@x.test", hints);
  REQUIRE(desk.request(depot.id, {{same}, {}, {}}).value().messages == 1);
  CHECK(desk.messages(first.conversation).size() == 1);
}

TEST_CASE("place: a closed conversation is continued by a new one") {
  MailDesk desk;
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  desk.set_status(first.conversation, ConversationStatus::closed);
  const auto next = desk.landed(desk.mail("2", "anna@x.test", refers_to({"1"})));
  CHECK(desk.conversation_row(next.conversation).continues == first.conversation);
  CHECK(next.content.placed_by == "reference");
}

TEST_CASE("place: what follows to a closed conversation goes to its newest continuation that is open") {
  MailDesk desk;
  auto mail = desk.mail("1", "anna@x.test");
  std::get<EmailContent>(mail.content.detail).cc = {{"colleague@x.test", {}}};
  const auto first = desk.landed(mail).conversation;
  desk.set_status(first, ConversationStatus::closed);
  const auto second = desk.landed(desk.mail("2", "anna@x.test", refers_to({"1"}))).conversation;
  const auto again = desk.landed(desk.mail("3", "anna@x.test", refers_to({"1"})));
  CHECK(again.conversation == second);
  CHECK(again.content.placed_by == "reference");
  CHECK(desk.conversation_row(second).unread == 2);
  desk.set_status(second, ConversationStatus::closed);
  const auto third = desk.landed(desk.mail("4", "anna@x.test", refers_to({"2"}))).conversation;
  CHECK(desk.conversation_row(third).continues == second);
  CHECK(desk.landed(desk.mail("5", "anna@x.test", refers_to({"1"}))).conversation == third);
  // Somebody else's is their own, and an unrelated one of the same person's none.
  const auto colleagues = desk.landed(desk.mail("6", "colleague@x.test", refers_to({"1"}))).conversation;
  CHECK(desk.conversation_row(colleagues).continues == first);
  desk.landed(desk.mail("7", "anna@x.test"));
  CHECK(desk.landed(desk.mail("8", "anna@x.test", refers_to({"1"}))).conversation == third);
}

TEST_CASE("place: an automatic reply to a closed conversation is kept there and opens nothing") {
  MailDesk desk;
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  desk.answer(first.conversation, "<ours@shop.test>");
  desk.set_status(first.conversation, ConversationStatus::closed);
  const auto before = desk.conversation_row(first.conversation);
  auto vacation = desk.mail("2", "anna@x.test", refers_to({"<ours@shop.test>"}));
  vacation.automation = Automation::reply;
  CHECK(desk.landed(vacation).conversation == first.conversation);
  CHECK(desk.conversation_row(first.conversation).status == ConversationStatus::closed);
  CHECK(desk.conversation_row(first.conversation).unread == before.unread);
}

TEST_CASE("place: the same mail by another way is no other matter, and one with a guessed id is") {
  MailDesk desk;
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  const auto with_same_id = [&](const std::string& from, const std::string& key) {
    auto copy = desk.mail("1", from);
    copy.origin.dedupe_key = key;
    desk.receive({copy});
    return desk.with(from).id;
  };
  CHECK(with_same_id("anna@x.test", "by the list") == first.conversation);
  CHECK(desk.messages(first.conversation).size() == 2);
  CHECK(with_same_id("mallory@y.test", "guessed") != first.conversation);
}

TEST_CASE("place: an automatic reply is shown where it belongs and reopens nothing") {
  MailDesk desk;
  const auto first = desk.landed(desk.mail("1", "anna@x.test"));
  desk.answer(first.conversation, "<ours@shop.test>");
  desk.set_status(first.conversation, ConversationStatus::resolved);
  const auto before = desk.conversation_row(first.conversation);
  auto vacation = desk.mail("2", "anna@x.test", refers_to({"<ours@shop.test>"}));
  vacation.automation = Automation::reply;
  CHECK(desk.landed(vacation).conversation == first.conversation);
  const auto after = desk.conversation_row(first.conversation);
  CHECK(after.status == ConversationStatus::resolved);
  CHECK(after.unread == before.unread);
  CHECK(after.last_customer_message_at == before.last_customer_message_at);
  auto alert = desk.mail("3", "monitor@x.test");
  alert.automation = Automation::notice;
  CHECK(desk.conversation_row(desk.landed(alert).conversation).unread == 1);
}

}  // namespace
}  // namespace inboxd::core
