// Our own replies that come back into a mailbox: they prove that they were sent, and are no customer's mail.
#include "connectors/email/token.hpp"
#include "tests/support/test_mail.hpp"

namespace inboxd::connectors::email {
namespace {

std::string our_id() { return message_id(options().signing_key, "7k2.ms_5", "shop.example"); }

std::string reply(const std::string& from = "Shop <support@shop.example>", const std::string& id = our_id()) {
  return with_crlf("From: " + from + "\nTo: Anna <anna@example.com>\nMessage-ID: " + id +
                   "\nSubject: Undeliverable: Re: Lamp\n\nIt comes.\n");
}

TEST_CASE("email: a reply of ours that comes back shows that it was sent, and is no customer's, in whatever folder") {
  for (const auto* context : {"", R"({"sent":true})", R"({"history":true})", R"({"envelope_from":""})"}) {
    const auto inbound = read_bytes(reply(), context);
    REQUIRE(inbound.events.size() == 2);
    const auto* sent = std::get_if<DeliveryReported>(&inbound.events[0]);
    REQUIRE(sent);
    CHECK(sent->state == DeliveryState::sent);
    CHECK(sent->external_id == our_id());
    CHECK(sent->correlation == "7k2.ms_5.1");
    const auto& copy = std::get<MessageReceived>(inbound.events[1]);
    CHECK(copy.direction == Direction::out);
    CHECK(copy.external_id == our_id());
    CHECK(copy.thread.handle == "anna@example.com");
    CHECK(copy.origin.dedupe_key != sent->origin.dedupe_key);
  }
}

TEST_CASE("email: what others write, or we without our signature, proves nothing") {
  for (const auto& mail :
       {reply("anna@example.com"), reply("support@shop.example", "<7k2.ms_5.0000000000000000@shop.example>"),
        reply("support@shop.example", message_id("another key", "7k2.ms_5", "shop.example"))}) {
    const auto inbound = read_bytes(mail);
    REQUIRE(inbound.events.size() == 1);
    CHECK(std::get<MessageReceived>(inbound.events[0]).direction == Direction::in);
  }
}

TEST_CASE("email: capitals in the inbox's address change no Message-ID") {
  ReadOptions capitals = options();
  capitals.address = "Support@Shop.EXAMPLE";
  const auto tag = bounce_tag(capitals.signing_key, {"7k2.ms_5", 0});
  MemoryOriginal source(with_crlf(
      "From: mailer-daemon@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
      "Content-Type: message/delivery-status\n\nOriginal-Envelope-Id: " +
      tag + "\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.2.2\n\n--b--\n"));
  MemoryParts parts;
  const auto inbound = read_mail(source, capitals, "", parts).value();
  CHECK(std::get<DeliveryReported>(inbound.events.at(0)).external_id == our_id());
}

}  // namespace
}  // namespace inboxd::connectors::email
