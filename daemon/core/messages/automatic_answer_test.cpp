// Whom the desk answers by itself, and whom never.
#include "daemon/core/messages/automatic_answer.hpp"

#include "daemon/core/messages/outbound.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

using std::chrono::hours;

struct AnsweringDesk : CoreDesk {
  AnsweringDesk() {
    shop.channel->can.copies = Support::full;
    shop.channel->answers_with = "We have it.";
  }
  MessageReceived mail(const std::string& id, const std::string& from, Automation automation = Automation::none) {
    auto event = incoming(id, from);
    event.placement = PlacementHints{};
    event.automation = automation;
    event.subject = "Lamp";
    return event;
  }
  /// The texts in the conversation that this message opened.
  std::vector<std::string> texts(const MessageReceived& event) {
    receive({event});
    std::vector<std::string> all;
    for (const auto& message : messages(by_external(event.external_id)->conversation)) all.push_back(message.text);
    return all;
  }
};

TEST_CASE("automatic answer: a first message gets one, announced and queued as the system's") {
  AnsweringDesk desk;
  desk.clock.advance(hours{48});
  const auto before = desk.head();
  CHECK(desk.texts(desk.mail("1", "anna@x.test")).back() == "We have it.");
  CHECK(desk.log_after(before) == "contact.created conversation.created message.created message.created");
  const auto due = desk.due();
  REQUIRE(due.size() == 1);
  const auto outbound =
      desk.read([&](const storage::Tables& tables) { return assemble_outbound(tables, due.front()).value(); });
  CHECK(outbound.automatic);
  CHECK(outbound.recipients.to == std::vector<std::string>{"anna@x.test"});
  CHECK(outbound.place.earlier == std::vector<std::string>{"1"});
  CHECK(desk.conversation_row(desk.by_external("1")->conversation).unread == 1);
}

TEST_CASE("automatic answer: nobody gets a second within a day") {
  AnsweringDesk desk;
  desk.clock.advance(hours{48});
  CHECK(desk.texts(desk.mail("1", "anna@x.test")).size() == 2);
  desk.clock.advance(hours{23});
  CHECK(desk.texts(desk.mail("2", "anna@x.test")).size() == 1);
  CHECK(desk.texts(desk.mail("3", "other@x.test")).size() == 2);
  desk.clock.advance(hours{2});
  CHECK(desk.texts(desk.mail("4", "anna@x.test")).size() == 2);
}

TEST_CASE("automatic answer: programs, further messages and our own mail get none") {
  AnsweringDesk desk;
  desk.clock.advance(hours{48});
  CHECK(desk.texts(desk.mail("1", "robot@x.test", Automation::notice)).size() == 1);
  CHECK(desk.texts(desk.mail("2", "away@x.test", Automation::reply)).size() == 1);
  auto sent = desk.mail("3", "anna@x.test");
  sent.direction = Direction::out;
  CHECK(desk.texts(sent).size() == 1);
  desk.shop.channel->answers_with.clear();
  const auto first = desk.mail("4", "cora@x.test");
  CHECK(desk.texts(first).size() == 1);
  desk.shop.channel->answers_with = "We have it.";
  auto second = desk.mail("5", "cora@x.test");
  second.placement->references = {"4"};
  CHECK(desk.texts(second).size() == 2);
}

TEST_CASE("automatic answer: a mail of long ago, read only now, gets none") {
  AnsweringDesk desk;
  desk.clock.advance(hours{48});
  auto old = desk.mail("1", "anna@x.test");
  old.created_at = desk.clock.now() - hours{25};
  CHECK(desk.texts(old).size() == 1);
  auto late = desk.mail("2", "bruno@x.test");
  late.created_at = desk.clock.now() - hours{23};
  CHECK(desk.texts(late).size() == 2);
}

TEST_CASE("automatic answer: a flood stops them, and it passes") {
  AnsweringDesk desk;
  desk.clock.advance(hours{48});
  for (int i = 0; i < automatic_answers_max; ++i)
    CHECK(desk.texts(desk.mail(std::to_string(i), std::to_string(i) + "@x.test")).size() == 2);
  // However many others came since.
  desk.shop.channel->answers_with.clear();
  for (int i = 0; i < 1'100; ++i) desk.receive({desk.mail("other" + std::to_string(i), "other@x.test")});
  desk.shop.channel->answers_with = "We have it.";
  CHECK(desk.texts(desk.mail("late", "late@x.test")).size() == 1);
  desk.clock.advance(automatic_answers_span + std::chrono::minutes{1});
  CHECK(desk.texts(desk.mail("later", "later@x.test")).size() == 2);
}

}  // namespace
}  // namespace inboxd::core
