// Conversations of a mail server with us: what is answered in what order, and what never is.
#include "daemon/ingest/lmtp/session.hpp"

#include "tests/support/catch.hpp"

namespace inboxd::ingest::lmtp {
namespace {

constexpr std::uint64_t mail_bytes_max = 1000;

Recipient look(std::string_view address) {
  if (address.starts_with("ours")) return Recipient::ours;
  return address.starts_with("off") ? Recipient::disabled : Recipient::unknown;
}

/// A client that remembers what it was told, and what the host was given.
struct Client {
  Client() { follow(session.started(now)); }

  void follow(const Actions& actions) {
    heard += actions.write;
    closed = closed || actions.close;
    for (const auto& piece : actions.pieces) {
      if (const auto* bytes = std::get_if<MailBytes>(&piece)) {
        mail += bytes->bytes;
      } else if (const auto* end = std::get_if<MailEnd>(&piece)) {
        envelope = end->envelope;
        ++whole;
      } else {
        refused = std::get<MailRefused>(piece).envelope.to.size();
        mail.clear();
      }
    }
  }
  /// What is answered.
  std::string say(const std::string& bytes) {
    heard.clear();
    follow(session.received(bytes, now));
    return std::exchange(heard, {});
  }
  std::string stored(const std::vector<Stored>& outcomes) {
    heard.clear();
    follow(session.stored(outcomes, now));
    return std::exchange(heard, {});
  }
  std::string wait(Milliseconds span) {
    heard.clear();
    now += span;
    follow(session.due(now));
    return std::exchange(heard, {});
  }
  void greet() { (void)say("LHLO mail.example\r\n"); }
  void address(const std::string& recipients = "RCPT TO:<ours@shop.example>\r\n") {
    greet();
    (void)say("MAIL FROM:<anna@example.com>\r\n" + recipients + "DATA\r\n");
  }

  Milliseconds now{1'000'000};
  Session session{look, mail_bytes_max};
  std::string heard;
  std::string mail;
  connectors::OriginalEnvelope envelope;
  int whole = 0;
  std::size_t refused = 0;
  bool closed = false;
};

TEST_CASE("a mail is answered once for each recipient that was accepted, after it is stored") {
  Client client;
  CHECK(client.heard == "220 localhost inboxd LMTP\r\n");
  CHECK(client.say("LHLO mail.example\r\n") ==
        "250-localhost\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
        "250 SIZE 1000\r\n");
  CHECK(client.say("MAIL FROM:<anna@example.com> SIZE=20 BODY=8BITMIME SMTPUTF8\r\n") == "250 2.1.0 OK\r\n");
  CHECK(client.say("RCPT TO:<ours@shop.example>\r\n") == "250 2.1.5 OK\r\n");
  CHECK(client.say("RCPT TO:<nobody@shop.example>\r\n").starts_with("550 5.1.1 "));
  CHECK(client.say("RCPT TO:<off@shop.example>\r\n").starts_with("450 4.2.1 "));
  CHECK(client.say("RCPT TO:<ours+c1.x@shop.example>\r\n") == "250 2.1.5 OK\r\n");
  CHECK(client.say("DATA\r\n").starts_with("354 "));
  CHECK(client.say("Subject: a\r\n\r\n..b\r\n").empty());
  CHECK(client.say(".\r\n").empty());
  CHECK(client.mail == "Return-Path: <anna@example.com>\r\nSubject: a\r\n\r\n.b\r\n");
  CHECK(client.whole == 1);
  CHECK(client.envelope.from == "anna@example.com");
  CHECK(client.envelope.to == std::vector<std::string>{"ours@shop.example", "ours+c1.x@shop.example"});
  CHECK(client.session.waits_for_store());
  const auto answers = client.stored({Stored::committed, Stored::deferred});
  CHECK(answers.starts_with("250 2.0.0 Stored\r\n451 4.3.0 "));
  CHECK(client.say("QUIT\r\n").starts_with("221 2.0.0 "));
  CHECK(client.closed);
}

TEST_CASE("what is pipelined behind a mail waits until the mail is answered") {
  Client client;
  const std::string one = "MAIL FROM:<>\r\nRCPT TO:<ours@shop.example>\r\nDATA\r\n";
  const auto early = client.say("LHLO x\r\n" + one + "a\r\n.\r\n" + one + "b\r\n.\r\nQUIT\r\n");
  CHECK(early.ends_with("354 End the mail with CRLF.CRLF\r\n"));
  CHECK(client.whole == 1);
  CHECK(client.envelope.from.empty());
  CHECK(client.stored({Stored::committed}).starts_with("250 2.0.0 Stored\r\n250 2.1.0 OK\r\n250 2.1.5 OK\r\n354 "));
  CHECK(client.whole == 2);
  CHECK_FALSE(client.closed);
  CHECK(client.stored({Stored::deferred}).starts_with("451 4.3.0 "));
  CHECK(client.closed);
}

TEST_CASE("commands out of order are refused and change nothing") {
  Client client;
  for (const auto line : {"MAIL FROM:<>\r\n", "RCPT TO:<ours@x>\r\n", "DATA\r\n"})
    CHECK(client.say(line).starts_with("503 5.5.1 "));
  CHECK(client.say("HELO x\r\n").starts_with("500 5.5.1 "));
  CHECK(client.say("EHLO x\r\n").starts_with("500 5.5.1 "));
  client.greet();
  CHECK(client.say("RCPT TO:<ours@x>\r\n").starts_with("503 "));
  CHECK(client.say("MAIL FROM:<a@b>\r\n").starts_with("250 "));
  CHECK(client.say("MAIL FROM:<c@d>\r\n").starts_with("503 "));
  CHECK(client.say("DATA\r\n").starts_with("503 5.5.1 No recipient"));
  CHECK(client.say("RCPT TO:<nobody@x>\r\n").starts_with("550 "));
  CHECK(client.say("DATA\r\n").starts_with("503 5.5.1 No recipient"));
  CHECK(client.say("RCPT TO:<ours@x>\r\n").starts_with("250 "));
  CHECK(client.say("RSET\r\n") == "250 2.0.0 OK\r\n");
  CHECK(client.say("DATA\r\n").starts_with("503 "));
  CHECK(client.say("NOOP anything\r\n") == "250 2.0.0 OK\r\n");
  CHECK(client.say("VRFY ours\r\n").starts_with("252 "));
  CHECK(client.say("MAIL FROM:<a@b>\r\n").starts_with("250 "));
  client.greet();
  CHECK(client.say("RCPT TO:<ours@x>\r\n").starts_with("503 "));
  CHECK(client.whole == 0);
  CHECK_FALSE(client.closed);
}

TEST_CASE("arguments that are none are refused by what is wrong with them") {
  Client client;
  client.greet();
  for (const auto line : {"LHLO\r\n", "MAIL FROM:a@b\r\n", "MAIL TO:<a@b>\r\n", "DATA now\r\n", "VRFY\r\n"})
    CHECK(client.say(line).starts_with("501 5.5.4 "));
  for (const auto parameter : {"SIZE=", "SIZE=x", "SIZE", "BODY=BINARYMIME", "SMTPUTF8=1", "RET=HDRS"})
    CHECK(client.say(std::string("MAIL FROM:<a@b> ") + parameter + "\r\n").starts_with("555 5.5.4 "));
  CHECK(client.say("MAIL FROM:<a@b> SIZE=1001\r\n").starts_with("552 5.3.4 "));
  CHECK(client.say("MAIL FROM:<a@b> SIZE=99999999999999999999\r\n").starts_with("552 5.3.4 "));
  CHECK(client.say("MAIL FROM:<a@b> size=1000 body=7bit\r\n").starts_with("250 "));
  CHECK(client.say("RCPT TO:<>\r\n").starts_with("501 "));
  CHECK(client.say("RCPT TO:<ours@x> NOTIFY=NEVER\r\n").starts_with("555 "));
}

TEST_CASE("a mail beyond the limit is dropped as it comes and refused at its end, for each recipient") {
  Client client;
  client.address("RCPT TO:<ours@x>\r\nRCPT TO:<ours2@x>\r\n");
  CHECK(client.say(std::string(1001, 'x')).empty());
  CHECK(client.refused == 2);
  CHECK(client.mail.empty());
  CHECK(client.say(std::string(5000, 'x') + "\r\n").empty());
  CHECK(client.mail.empty());
  const auto answers = client.say(".\r\n");
  CHECK(answers ==
        "552 5.3.4 The mail is larger than any that is taken\r\n"
        "552 5.3.4 The mail is larger than any that is taken\r\n");
  CHECK(client.whole == 0);
  client.address();
  (void)client.say(std::string(998, 'x') + "\r\n.\r\n");
  CHECK(client.whole == 1);
}

TEST_CASE("lines and recipients are bounded") {
  Client client;
  client.greet();
  CHECK(client.say("NOOP " + std::string(command_bytes_max - 5, 'x') + "\r\n") == "250 2.0.0 OK\r\n");
  CHECK(client.say("NOOP " + std::string(command_bytes_max - 4, 'x') + "\r\n").starts_with("500 5.5.2 "));
  for (int i = 0; i < 100; ++i) CHECK(client.say(std::string(1000, 'x')).empty());
  CHECK(client.say("\r\nNOOP\r\n").ends_with("\r\n250 2.0.0 OK\r\n"));
  CHECK(client.say(std::string("NOOP a\0b\r\n", 10)).starts_with("500 5.5.2 "));
  CHECK(client.say("MAIL FROM:<a@b>\r\n").starts_with("250 "));
  for (std::size_t i = 0; i < recipients_max; ++i) (void)client.say("RCPT TO:<ours@x>\r\n");
  CHECK(client.say("RCPT TO:<ours@x>\r\n").starts_with("452 4.5.3 "));
  CHECK_FALSE(client.closed);
}

TEST_CASE("only CRLF ends a command; what came with other line ends is one command that is none") {
  Client client;
  client.greet();
  CHECK(client.say("NOOP\nNOOP\n").empty());
  CHECK(client.say("NOOP\r\n").starts_with("500 5.5.2 "));
  CHECK(client.say("NOOP\rQUIT\r\n").starts_with("500 5.5.2 "));
  CHECK_FALSE(client.closed);
}

TEST_CASE("a client that makes nothing but mistakes is sent away") {
  Client client;
  client.greet();
  for (int i = 1; i < mistakes_max; ++i) CHECK(client.say("GET / HTTP/1.1\r\n").starts_with("500 "));
  CHECK(client.say("GET / HTTP/1.1\r\n").ends_with("421 4.7.0 Too many commands that are none\r\n"));
  CHECK(client.closed);
}

TEST_CASE("a web client that was sent here is sent away before its body, which could be a mail") {
  Client client;
  CHECK(client.say("POST / HTTP/1.1\r\nHost: x\r\n\r\nLHLO x\r\nMAIL FROM:<a@x>\r\n") ==
        "421 4.7.0 This is LMTP; begin with LHLO\r\n");
  CHECK(client.closed);
}

TEST_CASE("silence ends a connection, and so does a mail that does not come to its end; the store is waited for") {
  Client client;
  CHECK(client.wait(idle_max - Milliseconds{1}).empty());
  client.greet();
  CHECK(client.session.deadline().value() == client.now + idle_max);
  CHECK(client.wait(idle_max).starts_with("421 4.4.2 "));
  CHECK(client.closed);

  Client slow;
  slow.address();
  for (auto waited = Milliseconds{0}; waited < mail_time_max - Milliseconds{60'000}; waited += Milliseconds{60'000}) {
    CHECK(slow.wait(Milliseconds{60'000}).empty());
    CHECK(slow.say("x").empty());
  }
  CHECK(slow.wait(Milliseconds{60'000}).starts_with("421 4.4.2 "));

  Client waiting;
  waiting.address();
  (void)waiting.say("a\r\n.\r\n");
  CHECK_FALSE(waiting.session.deadline());
  CHECK(waiting.wait(Milliseconds{3'600'000}).empty());
  CHECK(waiting.stored({Stored::committed}) == "250 2.0.0 Stored\r\n");
}

TEST_CASE("an end is said at once, but a mail that waits for the store is answered before") {
  Client idle;
  idle.follow(idle.session.ending());
  CHECK(idle.heard.ends_with("421 4.3.2 inboxd is stopping; keep the mail and try again\r\n"));
  CHECK(idle.closed);

  Client sending;
  sending.address();
  sending.follow(sending.session.ending());
  CHECK(sending.closed);
  CHECK(sending.whole == 0);

  Client waiting;
  waiting.address();
  (void)waiting.say("a\r\n.\r\nMAIL FROM:<>\r\n");
  waiting.follow(waiting.session.ending());
  CHECK_FALSE(waiting.closed);
  CHECK(waiting.stored({Stored::committed}).starts_with("250 2.0.0 Stored\r\n421 4.3.2 "));
  CHECK(waiting.closed);
}

}  // namespace
}  // namespace inboxd::ingest::lmtp
