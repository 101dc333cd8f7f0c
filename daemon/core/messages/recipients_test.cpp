// Whom a reply goes to, and what the channel is told of its place.
#include "daemon/core/messages/recipients.hpp"

#include "daemon/core/messages/outbound.hpp"
#include "daemon/core/messages/reply.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

struct MailDesk : CoreDesk {
  MailDesk() { shop.channel->can.copies = Support::full; }

  ConversationId mail(const std::string& id, EmailContent head, std::vector<std::string> references = {}) {
    auto event = incoming(id, head.from.address);
    event.subject = "Lamp";
    event.placement = PlacementHints{{}, std::move(references), 0, {}};
    event.content.detail = std::move(head);
    receive({event});
    return by_external(id)->conversation;
  }
  Outbound reply(const SendMessage& command) {
    const auto sent = send(ann, command);
    REQUIRE(sent);
    const auto row = outbox_row(MessageId{sent.value().id});
    return read([&](const storage::Tables& tables) { return assemble_outbound(tables, row).value(); });
  }
};

EmailContent from(const std::string& address) {
  EmailContent head;
  head.from = {address, {}};
  return head;
}

using Texts = std::vector<std::string>;

TEST_CASE("recipients: an answer goes to all whom the newest mail was between, each once") {
  MailDesk desk;
  auto head = from("anna@x.test");
  head.to = {{"boss@x.test", {}}, {"ANNA+list@x.test", {}}};
  head.cc = {{"boss@x.test", {}}, {"cora@x.test", {}}};
  const auto outbound = desk.reply(CoreDesk::text(desk.mail("1", head), "answer"));
  CHECK(outbound.recipients.to == Texts{"anna@x.test"});
  CHECK(outbound.recipients.cc == Texts{"boss@x.test", "cora@x.test"});
  CHECK(outbound.subject == "Lamp");
}

TEST_CASE("recipients: Reply-To is answered, and an automatic reply is not") {
  MailDesk desk;
  auto head = from("anna@x.test");
  head.reply_to = {{"team@x.test", {}}};
  const auto conversation = desk.mail("1", head);
  auto vacation = from("robot@x.test");
  vacation.automation = "reply";
  CHECK(desk.mail("2", vacation, {"1"}) != conversation);
  CHECK(desk.reply(CoreDesk::text(conversation, "answer")).recipients.to == Texts{"team@x.test"});
}

TEST_CASE("recipients: a form and a mailing list are answered where they say, a bounce among them is not") {
  MailDesk desk;
  auto form = from("robot@x.test");
  form.automation = "notice";
  form.reply_to = {{"anna@x.test", {}}};
  form.cc = {{"cora@x.test", {}}};
  const auto conversation = desk.mail("1", form);
  auto bounce = from("mailer-daemon@x.test");
  bounce.automation = "notice";
  desk.mail("2", bounce, {"1"});
  const auto outbound = desk.reply(CoreDesk::text(conversation, "answer"));
  CHECK(outbound.recipients.to == Texts{"anna@x.test"});
  CHECK(outbound.recipients.cc == Texts{"cora@x.test"});
}

TEST_CASE("recipients: a mail from the inbox's own address is answered where it says, else an agent has to say") {
  MailDesk desk;
  auto form = from(desk.shop.channel->account());
  form.automation = "notice";
  const auto nobody = desk.mail("1", form);
  const auto refused = desk.send(desk.ann, CoreDesk::text(nobody, "answer"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("`to`") != std::string::npos);
  form.reply_to = {{"anna@x.test", {}}};
  CHECK(desk.reply(CoreDesk::text(desk.mail("2", form), "answer")).recipients.to == Texts{"anna@x.test"});
}

TEST_CASE("recipients: whom the agent names stands in place of all that") {
  MailDesk desk;
  auto head = from("anna@x.test");
  head.cc = {{"cora@x.test", {}}};
  const auto conversation = desk.mail("1", head);
  auto command = CoreDesk::text(conversation, "answer");
  command.recipients = {{"new@x.test"}, {}, {"hidden@x.test"}};
  const auto outbound = desk.reply(command);
  CHECK(outbound.recipients == OutboundRecipients{{"new@x.test"}, {}, {"hidden@x.test"}});
  const auto shown = std::get<EmailContent>(desk.messages(conversation).back().content.detail);
  CHECK(shown.to == std::vector<MailAddress>{{"new@x.test", {}}});
  command.recipients = {Texts(recipients_max + 1, "x@x.test"), {}, {}};
  CHECK(desk.send(desk.ann, command).error().code == ErrorCode::bad_request);
  command.recipients = {{""}, {}, {}};
  CHECK(desk.send(desk.ann, command).error().code == ErrorCode::bad_request);
}

TEST_CASE("recipients: a channel without copies takes none, and a note has none") {
  MailDesk desk;
  auto command = CoreDesk::text(desk.mail("1", from("anna@x.test")), "answer");
  command.recipients.cc = {"cora@x.test"};
  command.note = true;
  CHECK_FALSE(desk.send(desk.ann, command));
  command.note = false;
  desk.shop.channel->can.copies = Support::rejected;
  CHECK_FALSE(desk.send(desk.ann, command));
}

TEST_CASE("recipients: a reply carries its conversation, the ids before it and what it answers") {
  MailDesk desk;
  const auto conversation = desk.mail("<1@x>", from("anna@x.test"));
  auto note = CoreDesk::text(conversation, "for us");
  note.note = true;
  REQUIRE(desk.send(desk.ann, note));
  desk.mail("<2@x>", from("anna@x.test"), {"<1@x>"});
  const auto outbound = desk.reply(CoreDesk::text(conversation, "answer"));
  CHECK(outbound.place.conversation == to_string(conversation));
  CHECK(outbound.place.ticket_number == desk.conversation_row(conversation).number);
  CHECK(outbound.place.earlier == Texts{"<1@x>", "<2@x>"});
  REQUIRE(outbound.place.quoted);
  CHECK(outbound.place.quoted->text == "text of <2@x>");
  CHECK_FALSE(outbound.stable_id.empty());
}

TEST_CASE("recipients: each start of a conversation is a new one, with its copies") {
  MailDesk desk;
  StartConversation start{"shop", "anna@x.test", "Hello", "Offer", {}, {{}, {"cora@x.test"}, {}}};
  const auto begin = [&] {
    return desk.act(desk.ann, [&](Context& context, const Agent& principal) {
      return start_conversation(context, principal, start, desk.surroundings());
    });
  };
  const auto first = begin();
  REQUIRE(first);
  CHECK(begin().value().id != first.value().id);
  const auto head = std::get<EmailContent>(desk.messages(ConversationId{first.value().id}).front().content.detail);
  CHECK(head.to == std::vector<MailAddress>{{"anna@x.test", {}}});
  CHECK(head.cc == std::vector<MailAddress>{{"cora@x.test", {}}});
  CHECK(head.subject == "Offer");
}

}  // namespace
}  // namespace inboxd::core
