// Mails out of a mailbox's history: both directions lie in it.
#include "tests/support/test_mail.hpp"

namespace inboxd::connectors::email {
namespace {

const std::string history = R"({"history":true})";

TEST_CASE("email: in a history, what the inbox's own address sent to others went out") {
  const std::string answer = "From: support@shop.example\nTo: sales@shop.example, Anna <anna@example.com>\n\nHello\n";
  const auto message = message_of(answer, history);
  CHECK(message.direction == Direction::out);
  CHECK(message.thread.handle == "anna@example.com");
  CHECK(message_of(answer).direction == Direction::in);
  CHECK(message_of("From: anna@example.com\nTo: support@shop.example\n\nHello\n", history).direction == Direction::in);
  CHECK(message_of("From: support+c9.x@shop.example\nCc: anna@example.com\n\nHello\n", history).direction ==
        Direction::out);
}

TEST_CASE("email: in a history, a form that comes from the inbox's own address to itself came in") {
  const auto message = message_of("From: support@shop.example\nTo: support@shop.example\n\nA form\n", history);
  CHECK(message.direction == Direction::in);
}

TEST_CASE("email: a mail of which only a part came says so") {
  CHECK(email_of(message_of("Subject: x\n\n", R"({"too_large":true})")).notes.front() ==
        "The mail is too large to be kept; only its header is here.");
  CHECK(email_of(message_of("Subject: x\n\n", R"({"unreadable":true})")).notes.front() ==
        "The mail server does not give the whole mail; what it gave is here.");
}

TEST_CASE("email: a mail without a date is as old as its file says") {
  const auto message =
      message_of("Subject: x\n\ny\n", R"({"history":true,"internal_date":"2020-11-12T10:00:00.000Z"})");
  CHECK(to_rfc3339(message.created_at) == "2020-11-12T10:00:00.000Z");
}

}  // namespace
}  // namespace inboxd::connectors::email
