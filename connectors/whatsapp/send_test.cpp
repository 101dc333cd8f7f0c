// What goes to Graph for each kind of reply, and in which order.
#include "connectors/whatsapp/send.hpp"

#include "connectors/whatsapp/test_account.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
using namespace inboxd::connectors::whatsapp;

namespace {

Outbound reply(std::string text = "Ciao") {
  Outbound out;
  out.thread = "39333111222";
  out.text = std::move(text);
  out.correlation = "c-1";
  return out;
}

Transfer step(const Outbound& out, const Exchanges& done = {}) {
  const auto next = next_step_of_send(test_account(), out, done);
  REQUIRE(std::holds_alternative<Transfer>(next));
  return std::get<Transfer>(next);
}

SendOutcome outcome(const Outbound& out, const Exchanges& done) {
  const auto next = next_step_of_send(test_account(), out, done);
  REQUIRE(std::holds_alternative<SendOutcome>(next));
  return std::get<SendOutcome>(next);
}

const Exchange accepted = answered(200, R"({"messages":[{"id":"wamid.1"}]})");
const OutboundAttachment photo{{std::string(64, 'a'), 100}, "a.png", "image/png"};
const OutboundAttachment paper{{std::string(64, 'b'), 100}, "b.pdf", "application/pdf"};
const OutboundAttachment voice{{std::string(64, 'c'), 100}, "c.ogg", "audio/ogg; codecs=opus"};

}  // namespace

TEST_CASE("whatsapp send: a text goes to the phone, quotes, and carries the correlation") {
  auto out = reply("see https://example.test");
  out.reply_to = "wamid.q";
  const auto transfer = step(out);
  CHECK(transfer.url == "https://graph.facebook.com/v23.0/1122334455667/messages");
  CHECK(header_of(transfer.headers, "Authorization") == "Bearer EAAx");
  CHECK_FALSE(transfer.repeatable);
  CHECK(json_of(transfer) == boost::json::parse(R"({"messaging_product":"whatsapp","recipient_type":"individual",
    "to":"39333111222","context":{"message_id":"wamid.q"},"type":"text",
    "text":{"preview_url":true,"body":"see https://example.test"},"biz_opaque_callback_data":"c-1"})"));
  CHECK(outcome(out, {accepted}) == SendOutcome(Accepted{{"wamid.1"}}));
}

TEST_CASE("whatsapp send: exactly one of to and recipient, the phone where one is known") {
  auto out = reply();
  out.thread = "IT.777";
  CHECK(text_of(json_of(step(out)), "recipient") == "IT.777");
  CHECK_FALSE(has(json_of(step(out)), "to"));
  out.aliases = {"IT.ENT.8", "39333111222"};
  CHECK(text_of(json_of(step(out)), "to") == "39333111222");
  CHECK_FALSE(has(json_of(step(out)), "recipient"));
  out.aliases.emplace_back("39333999888");
  CHECK(text_of(json_of(step(out)), "recipient") == "IT.777");
  out.thread = "+39 333 111-222";
  CHECK(text_of(json_of(step(out)), "to") == "39333111222");
  out.thread = "Y2FwaV9ncm91cDoxMjM0NTY3ODkw";
  CHECK(text_of(json_of(step(out)), "recipient_type") == "group");
}

TEST_CASE("whatsapp send: uploads come first and may be repeated, then one message for each") {
  auto out = reply();
  out.attachments = {photo, paper};
  out.reply_to = "wamid.q";
  const auto upload = step(out);
  CHECK(upload.url == "https://graph.facebook.com/v23.0/1122334455667/media");
  CHECK(upload.repeatable);
  CHECK(std::get<FormBody>(upload.body).fields[1].value == "image/png");
  CHECK(std::get<FormBody>(upload.body).fields[2].blob == photo.blob);
  const auto first_id = answered(200, R"({"id":"501"})");
  const auto second_id = answered(200, R"({"id":"502"})");
  CHECK(std::get<FormBody>(step(out, {first_id}).body).fields[2].blob == paper.blob);
  const auto first = json_of(step(out, {first_id, second_id}));
  CHECK(member(first, "image") == boost::json::parse(R"({"id":"501","caption":"Ciao"})"));
  CHECK(has(first, "context"));
  const auto second = json_of(step(out, {first_id, second_id, accepted}));
  CHECK(member(second, "document") == boost::json::parse(R"({"id":"502","filename":"b.pdf"})"));
  CHECK_FALSE(has(second, "context"));
  const auto other = answered(200, R"({"messages":[{"id":"wamid.2"}]})");
  CHECK(outcome(out, {first_id, second_id, accepted, other}) == SendOutcome(Accepted{{"wamid.1", "wamid.2"}}));
}

TEST_CASE("whatsapp send: a text that no caption can carry goes before the files") {
  auto out = reply();
  out.attachments = {voice};
  const auto id = answered(200, R"({"id":"501"})");
  CHECK(text_of(json_of(step(out, {id})), "type") == "text");
  CHECK(text_of(json_of(step(out, {id, accepted})), "type") == "audio");
  out = reply(std::string(1025, 'a'));
  out.attachments = {photo};
  CHECK(text_of(json_of(step(out, {id})), "type") == "text");
}

TEST_CASE("whatsapp send: templates and reactions") {
  auto out = reply();
  out.message_template = OutboundTemplate{"order_update", "it", R"([{"type":"body","parameters":[
    {"type":"text","text":"Anna"}]}])"};
  const auto form = json_of(step(out));
  CHECK(member(form, "template") == boost::json::parse(R"({"name":"order_update","language":{"code":"it"},
    "components":[{"type":"body","parameters":[{"type":"text","text":"Anna"}]}]})"));
  CHECK_FALSE(has(form, "text"));
  out = reply("");
  out.action = OutboxAction::react;
  out.emoji = "👍";
  out.targets = {"wamid.in"};
  CHECK(member(json_of(step(out)), "reaction") == boost::json::parse(R"({"message_id":"wamid.in","emoji":"👍"})"));
  CHECK(step(out).repeatable);
  out.action = OutboxAction::erase;
  CHECK(std::holds_alternative<Rejected>(outcome(out, {})));
}

TEST_CASE("whatsapp send: each of several messages says what arrived before it, uploads count for nothing") {
  auto out = reply();
  out.attachments = {photo, photo};
  const auto id = answered(200, R"({"id":"501"})");
  for (const auto& done : {Exchanges{}, Exchanges{id, id}}) CHECK(step(out, done).partial == PartialDelivery{{}, true});
  const auto last = step(out, {id, id, accepted});
  CHECK(last.partial == PartialDelivery{{"wamid.1"}, false});
  CHECK(std::holds_alternative<Rejected>(outcome(out, {id, id, accepted, refused(400, 131053)})));
  CHECK(std::holds_alternative<Unknown>(outcome(out, {id, id, accepted, failed(TransferFailure::lost)})));
  CHECK(std::holds_alternative<RetryAfter>(outcome(out, {id, failed(TransferFailure::lost)})));
}

TEST_CASE("whatsapp send: a step that was made again after a refusal counts once") {
  const auto out = reply();
  CHECK(outcome(out, {refused(429, 130429), accepted}) == SendOutcome(Accepted{{"wamid.1"}}));
}
