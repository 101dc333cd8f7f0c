// Delivery reports: which mail of ours they are about, and what they say of it.
#include "connectors/email/mail/report.hpp"

#include "connectors/email/mail/bounce_text.hpp"
#include "connectors/email/token.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_mail.hpp"

using namespace inboxd;
using namespace inboxd::connectors::email;

namespace {

std::string our_id() { return message_id(options().signing_key, "17", "shop.example"); }
std::string our_tag() { return bounce_tag(options().signing_key, {"17", 0}); }

std::string report(const std::string& status, const std::string& head = "", const std::string& returned = "") {
  return "From: mailer-daemon@x.example\n" + head +
         "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nin words\n--b\n"
         "Content-Type: message/delivery-status\n\n" +
         status + "\n--b\nContent-Type: text/rfc822-headers\n\n" + returned + "\n--b--\n";
}

constexpr auto failed =
    "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n";

Inbound read(const std::string& mail) { return read_bytes(with_crlf(mail)); }

/// What the report says; before it stands that a server had taken the mail.
const DeliveryReported* reported(const Inbound& inbound) {
  return inbound.events.size() < 2 ? nullptr : std::get_if<DeliveryReported>(&inbound.events[1]);
}

}  // namespace

TEST_CASE("email reports: the envelope id, the returned Message-ID or the address leads to our mail") {
  const std::string envelope_id = "Original-Envelope-Id: ";
  const std::string front = our_id().substr(1, our_id().find('@') - 1);
  for (const auto& mail : {report(envelope_id + our_tag() + '\n' + failed), report(envelope_id + front + '\n' + failed),
                           report(envelope_id + our_id().substr(1, our_id().size() - 2) + '\n' + failed),
                           report(failed, "", "Message-ID: " + our_id()),
                           report(failed, "To: " + plus_address(options().address, our_tag()) + '\n')}) {
    const auto inbound = read(mail);
    REQUIRE(reported(inbound));
    CHECK(reported(inbound)->external_id == our_id());
    CHECK(reported(inbound)->state == DeliveryState::failed);
    CHECK(reported(inbound)->reason_code == "5.1.1");
    CHECK(reported(inbound)->correlation.empty());
    const auto& taken = std::get<DeliveryReported>(inbound.events[0]);
    CHECK(taken.state == DeliveryState::sent);
    CHECK(taken.external_id == our_id());
    CHECK(taken.correlation == *stable_id_of(options().signing_key, our_id()) + ".1");
    REQUIRE(inbound.events.size() == 3);
    CHECK(std::get<IdentityChanged>(inbound.events[2]).identity.handle == "a@b.example");
    CHECK(std::get<IdentityChanged>(inbound.events[2]).reachable == false);
  }
}

TEST_CASE("email reports: without a signature of ours a report is a notice, and fails nothing") {
  for (const auto& mail : {report(failed), report(failed, "", "Message-ID: <17.0000000000000000@shop.example>"),
                           report(std::string("Original-Envelope-Id: 17\n") + failed),
                           report(failed, "To: support+b17-0.0@shop.example\n")}) {
    const auto inbound = read(mail);
    REQUIRE(inbound.events.size() == 1);
    CHECK(std::get<MessageReceived>(inbound.events[0]).automation == Automation::notice);
  }
}

TEST_CASE("email reports: a delay is a notice in the conversation, a success is told, the worst counts") {
  const std::string returned = "Message-ID: " + our_id();
  const auto action = [](const std::string& word, const std::string& status) {
    return "\nFinal-Recipient: rfc822;x@b.example\nAction: " + word + "\nStatus: " + status + "\n";
  };
  const auto delayed = read(report(action("delayed", "4.4.1"), "", returned));
  REQUIRE(std::holds_alternative<MessageReceived>(delayed.events.at(0)));
  CHECK(std::get<MessageReceived>(delayed.events[0]).placement->references.front() == our_id());
  CHECK(reported(read(report(action("delivered", "2.0.0"), "", returned)))->state == DeliveryState::delivered);
  CHECK(reported(read(report(action("relayed", "2.0.0"), "", returned)))->state == DeliveryState::sent);
  const auto mixed = read(report(action("delivered", "2.0.0") + action("failed", "5.2.2"), "", returned));
  CHECK(reported(mixed)->state == DeliveryState::failed);
  CHECK(mixed.events.size() == 2);
}

TEST_CASE("email reports: a person who forwards a report has written a mail") {
  const std::string mail =
      "From: anna@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nwhat is this?\n--b\n"
      "Content-Type: message/delivery-status\n\n" +
      std::string(failed) + "\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: " + our_id() + "\n--b--\n";
  const auto inbound = read(mail);
  CHECK(std::get<MessageReceived>(inbound.events.at(0)).automation == Automation::none);
}

TEST_CASE("email reports: an answer during an absence is none, whatever it says of deliveries") {
  const std::string words = "Return-Path: <>\nSubject: Automatische Antwort: Re: Paket wurde nicht zugestellt\n";
  for (const auto& to : {options().address, plus_address(options().address, our_tag())})
    for (const std::string mark : {"Auto-Submitted: auto-replied\n", "X-Auto-Response-Suppress: All\n"}) {
      const auto inbound =
          read(words + mark + "From: anna@example.com\nTo: " + to + "\n\nDelivery failed? I am away.\n");
      REQUIRE(inbound.events.size() == 1);
      const auto* message = std::get_if<MessageReceived>(&inbound.events[0]);
      REQUIRE(message);
      CHECK(message->automation == Automation::reply);
      CHECK(message->placement->references.size() == (to == options().address ? 0 : 1));
    }
}

TEST_CASE("email reports: a mail system's words count without an address of its own, where Exim's mark stands") {
  const auto inbound = read("Return-Path: <>\nFrom: noreply@relay.example\nAuto-Submitted: auto-replied\nTo: " +
                            plus_address(options().address, our_tag()) +
                            "\nX-Failed-Recipients: anna@example.com\n\nThis is a permanent error.\n");
  REQUIRE(reported(inbound));
  CHECK(reported(inbound)->external_id == our_id());
}

TEST_CASE("email reports: addresses that are wrong for good are known from mailboxes that are full") {
  for (const auto* status : {"5.1.1", "5.1.2", "5.1.10", "5.2.1"}) CHECK(is_hard_failure(status));
  for (const auto* status : {"5.2.2", "4.4.1", "5.7.1", "", "5.0.0", "5.1.8"}) CHECK_FALSE(is_hard_failure(status));
}

TEST_CASE("email reports: a status is found in a text, numbers that look like one are not") {
  CHECK(status_in("smtp; 550 5.1.1 <a@b>: unknown") == "5.1.1");
  CHECK(status_in("(#5.1.1)") == "5.1.1");
  CHECK(status_in("4.4.1 first, then 5.7.26.") == "5.7.26");
  CHECK(status_in("from 192.5.1.1 and 5.1.1.7, version 15.1.1").empty());
  CHECK(status_in("5.1111.1 5..1 5.1. 5").empty());
}

TEST_CASE("email reports: what a bounce in words says, and what is none") {
  const auto bounce =
      read_bounce_text("failure notice", "I wasn't able to deliver\n\n<a@b.example>:\nno such user\n", "");
  REQUIRE(bounce);
  CHECK(bounce->recipient == "a@b.example");
  CHECK(bounce->status == "5.1.1");
  CHECK(read_bounce_text("x", "The mail has been delayed and will be retried", "")->action == DeliveryAction::delayed);
  CHECK_FALSE(read_bounce_text("Your invoice", "Thank you", ""));
  CHECK(message_ids_in("> Message-ID:\n <a@b>\nmessage-id: <c@d>") == std::vector<std::string>{"<a@b>", "<c@d>"});
}
