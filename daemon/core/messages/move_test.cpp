// Moving a customer's message: where it stands afterwards, what is announced, what is refused.
#include "daemon/core/messages/move.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

struct MailDesk : CoreDesk {
  MailDesk() { shop.channel->can.copies = Support::full; }

  Message mail(const std::string& id, const std::string& from, std::vector<std::string> references = {}) {
    auto event = incoming(id, from);
    event.placement = PlacementHints{{}, std::move(references), 0, {}};
    EmailContent head;
    head.from = {from, {}};
    head.subject = "about " + id;
    event.content.detail = head;
    receive({event});
    return *by_external(id);
  }
  Result<Outcome> move(const Agent& agent, MessageId message, std::optional<ConversationId> to = {}) {
    return act(agent, [&](Context& context, const Agent& principal) {
      return move_message(context, principal, {message, to}, *channels()());
    });
  }
};

TEST_CASE("move: a message goes to another conversation, and what answers it follows") {
  MailDesk desk;
  const auto first = desk.mail("1", "anna@x.test");
  const auto second = desk.mail("2", "anna@x.test");
  const auto before = desk.head();
  REQUIRE(desk.move(desk.ann, second.id, first.conversation));
  CHECK(desk.log_after(before) == "conversation.updated conversation.updated message.updated");
  const auto moved = *desk.by_external("2");
  CHECK(moved.conversation == first.conversation);
  CHECK(moved.version == second.version + 1);
  CHECK(moved.content.placed_by == "agent");
  CHECK(desk.conversation_row(first.conversation).unread == 2);
  CHECK(desk.conversation_row(second.conversation).unread == 0);
  CHECK(desk.mail("3", "anna@x.test", {"2"}).conversation == first.conversation);
}

TEST_CASE("move: without a place it becomes a conversation with its author, named by its subject") {
  MailDesk desk;
  const auto first = desk.mail("1", "anna@x.test");
  desk.mail("2", "anna@x.test", {"1"});
  REQUIRE(desk.move(desk.ann, first.id));
  const auto now = desk.conversation_row(desk.by_external("1")->conversation);
  CHECK(now.id != first.conversation);
  CHECK(now.subject == "about 1");
  CHECK(now.thread == "anna@x.test");
  CHECK(now.unread == 1);
}

TEST_CASE("move: what cannot be moved is refused, and nothing changes") {
  MailDesk desk;
  const auto depot = desk.add_inbox("depot", "account-2");
  const auto first = desk.mail("1", "anna@x.test");
  auto elsewhere = desk.incoming("9", "zoe");
  REQUIRE(desk.request(depot.id, {{elsewhere}, {}, {}}));
  const auto foreign = desk.read([&](const storage::Tables& tables) {
    return tables.messages().find(*tables.messages().find_by_external(depot.id, "9"))->conversation;
  });
  const auto sent = MessageId{desk.send(desk.ann, CoreDesk::text(first.conversation, "ours")).value().id};
  const auto before = desk.head();
  CHECK(desk.move(desk.ann, sent).error().code == ErrorCode::bad_request);
  CHECK(desk.move(desk.ann, first.id, first.conversation).error().code == ErrorCode::bad_request);
  CHECK(desk.move(desk.root, first.id, foreign).error().code == ErrorCode::bad_request);
  CHECK(desk.move(desk.ann, first.id, foreign).error().code == ErrorCode::not_found);
  CHECK(desk.move(desk.eve, first.id).error().code == ErrorCode::not_found);
  desk.shop.channel->can.copies = Support::rejected;
  CHECK(desk.move(desk.ann, first.id).error().code == ErrorCode::bad_request);
  CHECK(desk.head() == before);
}

}  // namespace
}  // namespace inboxd::core
