// A mail that the inbox sent to itself is known again, and nothing else is taken for one.
#include "connectors/email/self_message.hpp"

#include "connectors/email/token.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_mail.hpp"

namespace inboxd::connectors::email {
namespace {

const Timestamp noon = from_unix_seconds(1'763'812'800);  // 2025-11-22T12:00:00Z

MailboxSettings mailbox() {
  MailboxSettings shop;
  shop.address = options().address;
  shop.smtp_url = "smtps://mail.shop.example";
  shop.signing_key = options().signing_key;
  return shop;
}

const MailBody& body_of(const Transfer& transfer) { return std::get<MailBody>(transfer.body); }

std::string context(const std::string& internal_date, bool sent = false) {
  return R"({"internal_date":")" + internal_date + R"(","sent":)" + (sent ? "true" : "false") + '}';
}

TEST_CASE("email: a mail to itself goes from and to the mailbox, marked so that nobody answers") {
  const auto name = self_message_name(noon, "0a1b");
  const auto plain = self_message(mailbox(), name, SelfRoute::plain, noon, "");
  CHECK(body_of(plain).envelope_from == "support@shop.example");
  CHECK(body_of(plain).envelope_to == "support@shop.example");
  const auto& text = body_of(plain).parts.at(0).text;
  CHECK(text.find("Message-ID: " + self_message_id(mailbox(), name) + "\r\n") != std::string::npos);
  CHECK(text.find("Auto-Submitted: auto-generated\r\n") != std::string::npos);
  const auto plus = self_message(mailbox(), name, SelfRoute::plus_address, noon, "");
  CHECK(body_of(plus).envelope_to.starts_with("support+b" + name));
  const auto longest = self_message_name(noon, "0123abcdp");
  const auto address = body_of(self_message(mailbox(), longest, SelfRoute::plus_address, noon, "")).envelope_to;
  CHECK(address.find('@') <= 64);
  CHECK(body_of(plus).envelope_from == body_of(plus).envelope_to);
}

TEST_CASE("email: nothing comes of a mail to itself, in the folder that is read and in that of sent mail") {
  const auto transfer = self_message(mailbox(), self_message_name(noon, "0a1b"), SelfRoute::plain, noon, "");
  const auto& mail = body_of(transfer).parts.at(0).text;
  for (const bool sent : {false, true}) {
    const auto inbound = read_bytes(mail, context("2025-11-22T12:00:03.000Z", sent));
    CHECK(inbound.events.empty());
    CHECK(inbound.malformed.empty());
  }
}

TEST_CASE("email: a report about a mail to itself is nobody's either") {
  const auto id = self_message_id(mailbox(), self_message_name(noon, "0a1b"));
  const std::string report =
      "From: MAILER-DAEMON@shop.example\nTo: support@shop.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNo.\n--b\n"
      "Content-Type: message/delivery-status\n\nReporting-MTA: dns; shop.example\n\n"
      "Final-Recipient: rfc822; support@shop.example\nAction: failed\nStatus: 5.2.2\n\n--b\n"
      "Content-Type: text/rfc822-headers\n\nMessage-ID: " +
      id + "\n\n--b--\n";
  CHECK(read_bytes(with_crlf(report), context("2025-11-22T12:01:00.000Z")).events.empty());
}

TEST_CASE("email: a mark that is forged, of another inbox, a reply's or a day old hides nothing") {
  const auto shown = [](const std::string& message_id, const std::string& arrived) {
    const auto inbound = read_bytes(
        with_crlf("From: eve@evil.example\nTo: support@shop.example\nMessage-ID: " + message_id + "\n\nhello\n"),
        context(arrived));
    return !inbound.events.empty();
  };
  const auto id = self_message_id(mailbox(), self_message_name(noon, "0a1b"));
  CHECK_FALSE(shown(id, "2025-11-23T11:59:00.000Z"));
  CHECK(shown(id, "2025-11-23T12:01:00.000Z"));
  CHECK(shown(id, "2025-11-21T11:59:00.000Z"));
  CHECK(shown(message_id("another key", self_message_name(noon, "0a1b"), "shop.example"), "2025-11-22T12:00:03.000Z"));
  CHECK(shown(message_id(options().signing_key, "e1-42", "shop.example"), "2025-11-22T12:00:03.000Z"));
  CHECK(shown(message_id(options().signing_key, "self-", "shop.example"), "2025-11-22T12:00:03.000Z"));
  CHECK(shown(message_id(options().signing_key, "self-1763812800", "shop.example"), "2025-11-22T12:00:03.000Z"));
}

}  // namespace
}  // namespace inboxd::connectors::email
