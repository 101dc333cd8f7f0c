// What the conformance suite cannot know: which answer of the loopback API means what.
#include "connectors/loopback/loopback.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
using loopback::Loopback;

namespace {

const Loopback inbox{"a shared secret", "http://127.0.0.1:1", "shop"};

Outbound reply() {
  Outbound message;
  message.thread = "anna";
  message.text = "Ciao";
  message.correlation = "c1";
  return message;
}

Exchange answer(int status, std::string body = "", Headers headers = {}) {
  Exchange exchange;
  exchange.status = status;
  exchange.body = std::move(body);
  exchange.headers = std::move(headers);
  return exchange;
}

Exchange failure(TransferFailure how) {
  Exchange exchange;
  exchange.failure = how;
  return exchange;
}

template <class T>
T after(const Outbound& message, const Exchanges& done) {
  const SendStep step = inbox.next_send_step(message, done);
  const auto* outcome = std::get_if<SendOutcome>(&step);
  REQUIRE(outcome != nullptr);
  REQUIRE(std::holds_alternative<T>(*outcome));
  return std::get<T>(*outcome);
}

}  // namespace

TEST_CASE("loopback: a reply is one request that must not be repeated") {
  const SendStep step = inbox.next_send_step(reply(), {});
  const auto& transfer = std::get<Transfer>(step);
  CHECK(transfer.url == "http://127.0.0.1:1/messages");
  CHECK_FALSE(transfer.repeatable);
  CHECK(std::get<TextBody>(transfer.body).text == R"({"to":"anna","text":"Ciao","attachments":[],"correlation":"c1"})");
}

TEST_CASE("loopback: attachments are uploaded first, and named in the message") {
  Outbound message = reply();
  message.attachments = {{{"00ff", 3}, "a.png", "image/png"}};
  const SendStep first = inbox.next_send_step(message, {});
  CHECK(std::get<Transfer>(first).repeatable);
  CHECK(std::get<BlobBody>(std::get<Transfer>(first).body).blob.hash == "00ff");
  const SendStep second = inbox.next_send_step(message, {answer(200, R"({"id":"f1"})")});
  const auto& body = std::get<TextBody>(std::get<Transfer>(second).body).text;
  CHECK(body.find(R"("attachments":[{"file":"f1","name":"a.png","mime":"image/png"}])") != std::string::npos);
}

TEST_CASE("loopback: each answer says what to do next") {
  CHECK(after<Accepted>(reply(), {answer(200, R"({"id":"x1"})")}).external_ids == std::vector<std::string>{"x1"});
  CHECK(after<RetryAfter>(reply(), {answer(429, "", {{"retry-after", "7"}})}).delay == std::chrono::seconds{7});
  CHECK(after<RetryAfter>(reply(), {answer(503)}).code == "unavailable");
  CHECK(after<RetryAfter>(reply(), {failure(TransferFailure::not_sent)}).code == "not_sent");
  CHECK(after<NeedsAttention>(reply(), {answer(401)}).code == "secret_refused");
  CHECK(after<Rejected>(reply(), {answer(400, R"({"error":{"code":"blocked","detail":"She blocked us."}})")})
            .unreachable);
  CHECK(after<Rejected>(reply(), {answer(404, "<html>")}).code == "refused");
  CHECK_FALSE(after<Unknown>(reply(), {failure(TransferFailure::lost)}).why.empty());
  CHECK_FALSE(after<Unknown>(reply(), {answer(200, "<html>")}).why.empty());
}

TEST_CASE("loopback: a lost answer to what may be repeated is tried again") {
  Outbound edit = reply();
  edit.action = OutboxAction::edit;
  edit.targets = {"x/1"};
  CHECK(std::get<Transfer>(inbox.next_send_step(edit, {})).url == "http://127.0.0.1:1/messages/x%2F1");
  CHECK(after<RetryAfter>(edit, {failure(TransferFailure::lost)}).code == "lost");
}

TEST_CASE("loopback: a notice that says of nothing what it is about is kept raw") {
  const auto inbound =
      inbox.normalise({"POST", "", {}, R"({"events":[{"type":"notice","at":"2026-11-22T12:00:00Z","detail":"d"}]})"});
  CHECK(inbound.events.empty());
  CHECK(inbound.malformed == "Event 1 lacks `subject`.");
}

TEST_CASE("loopback: a conversation starts with the customer's id, and with nothing else") {
  CHECK(inbox.capabilities().starts_conversations == Support::full);
  CHECK(inbox.recipient("anna").value().handle == "anna");
  for (const std::string& wrong : {std::string(), std::string("anna rossi"), std::string(129, 'a'), std::string("a\n")})
    CHECK(inbox.recipient(wrong).error().code == ErrorCode::bad_request);
}

TEST_CASE("loopback: a check finds the account, or says what to mend") {
  const auto finding = [](const Exchange& exchange) {
    return std::get<CheckFinding>(inbox.next_check_step({exchange}));
  };
  CHECK(finding(answer(200, R"({"account":"shop"})")).account == "shop");
  CHECK(finding(answer(401)).code == "secret_refused");
  CHECK(finding(failure(TransferFailure::not_sent)).code == "unreachable");
}

TEST_CASE("loopback: media is fetched into the store, retried, or given up") {
  const InboundAttachment file{"http://127.0.0.1:1/a.png", "a.png", "image/png", {}, ""};
  CHECK(std::get<Transfer>(inbox.next_fetch_step(file, {})).response_target == ResponseTarget::blob);
  Exchange fetched = answer(200);
  fetched.blob = BlobRef{"00ff", 3};
  CHECK(std::get<MediaFetched>(inbox.next_fetch_step(file, {fetched})).blob.hash == "00ff");
  CHECK(std::holds_alternative<MediaGone>(inbox.next_fetch_step(file, {answer(404)})));
  CHECK(std::holds_alternative<MediaRetry>(inbox.next_fetch_step(file, {answer(500)})));
}
