// Conversations of `doctor` with a mail server, line by line.
#include "connectors/email/imap/examination.hpp"

#include <sstream>

#include "schemas/types/vocabulary.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::connectors::email::imap {
namespace {

/// Writes down what the examination does, one line for each thing.
class Talk {
 public:
  explicit Talk(ExaminationOptions options) : examination_(std::move(options)) { note(examination_.started(now_)); }

  Talk& hear(const std::string& line) {
    note(examination_.received(line + "\r\n", now_));
    return *this;
  }
  Talk& pass(Milliseconds span) {
    now_ += span;
    note(examination_.due(now_));
    return *this;
  }
  Talk& sent(std::size_t index, int status, const std::string& words = "ok") {
    Exchange answer;
    answer.status = status;
    answer.body = words;
    note(examination_.sent(index, answer, now_));
    return *this;
  }
  /// Up to the first folder, which is open: d1 to d3.
  Talk& begin(const std::string& capabilities = "IDLE") {
    return hear("* CAPABILITY IMAP4rev1 " + capabilities)
        .hear("d1 OK")
        .hear("* LIST (\\HasNoChildren) \"/\" INBOX")
        .hear("* LIST (\\Sent) \"/\" \"Sent Items\"")
        .hear("* LIST (\\Junk) \"/\" Junk")
        .hear("d2 OK")
        .hear("* OK [UIDNEXT 41] next")
        .hear("d3 OK [READ-ONLY]");
  }
  [[nodiscard]] bool has(const std::string& part) const { return said_.find(part) != std::string::npos; }
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  void note(const ExaminationActions& actions) {
    std::istringstream lines(actions.write);
    for (std::string line; std::getline(lines, line);) said_ += "C " + line.substr(0, line.size() - 1) + '\n';
    for (const auto& one : actions.examined)
      said_ += std::string(enum_name(one.finding.state)) + ' ' + one.what + ": " + one.finding.detail + '\n';
    if (actions.ready) said_ += "ready\n";
    if (actions.close) said_ += "close\n";
  }

  MailboxExamination examination_;
  Timestamp now_ = from_unix_seconds(1'763'800'000);
  std::string said_;
};

ExaminationOptions looking(std::size_t mails = 0) {
  ExaminationOptions options;
  options.username = "anna";
  options.folders = {"INBOX"};
  options.poll_interval = Milliseconds{120'000};
  const char* const names[] = {"mail to itself", "mail to a plus address"};
  for (std::size_t i = 0; i < mails; ++i)
    options.mails.push_back({names[i], "<m" + std::to_string(i) + "@x>", {}, "ask the operator", "set the flag"});
  return options;
}

TEST_CASE("email: without a mail to send, login, folders and IDLE are looked at, and nothing is changed") {
  Talk talk(looking());
  talk.begin().hear("+ idling").hear("d4 OK");
  CHECK(talk.said() ==
        "C d1 CAPABILITY\nhealthy IMAP login: taken, as anna\nC d2 LIST \"\" \"*\"\nC d3 EXAMINE \"INBOX\"\n"
        "C d4 IDLE\nhealthy folders: INBOX opens\nC DONE\nC x LOGOUT\n"
        "healthy IDLE: offered and taken: a new mail is told at once\nclose\n");
}

TEST_CASE("email: a server without IDLE is polled, and that is said") {
  Talk talk(looking());
  talk.begin("ID").hear("d4 OK").hear("d5 OK");
  CHECK(talk.has("C d2 ID (\"name\" \"inboxd\")"));
  Talk without(looking());
  without.begin("UIDPLUS");
  CHECK(without.has("healthy IDLE: not offered: the folders are polled every 2 minutes instead"));
  Talk refused(looking());
  refused.begin().hear("d4 BAD no");
  CHECK(refused.has("healthy IDLE: not offered"));
}

TEST_CASE("email: each folder that does not open is told with the key to change and the likeliest names first") {
  auto options = looking(1);
  options.folders = {"Inbx", "INBOX"};
  options.sent_folder = "Sent";
  Talk talk(options);
  talk.hear("d1 OK")
      .hear("* LIST () \"/\" INBOX")
      .hear("* LIST () \"/\" \"Sent Items\"")
      .hear("d2 OK")
      .hear("d3 NO [NONEXISTENT] no such mailbox")
      .hear("d4 OK")
      .hear("d5 NO no such mailbox");
  CHECK(
      talk.has("unhealthy folders: there is no folder Inbx (it says: no such mailbox); set folders to one of these: "
               "INBOX, Sent Items"));
  CHECK(
      talk.has("unhealthy folders: there is no folder Sent (it says: no such mailbox); set sent_folder to one of "
               "these: Sent Items, INBOX"));
  CHECK(talk.has("ready\n"));  // one folder that is read is there to see a mail in
  Talk blind(looking(1));
  blind.hear("d1 OK").hear("d2 OK").hear("d3 NO no");
  CHECK(blind.has("unhealthy mail to itself: not sent: no folder that is read opens"));
  CHECK(blind.has("close\n"));
}

TEST_CASE("email: a mail to itself is looked for until it is there, and how long that took is said") {
  Talk talk(looking(2));
  talk.begin("UIDPLUS");
  CHECK(talk.has("ready\n"));
  talk.sent(0, 250).sent(1, 250);
  CHECK(talk.has("C d4 EXAMINE \"INBOX\"\n"));
  talk.hear("d4 OK").hear("* SEARCH").hear("d5 OK").hear("* SEARCH").hear("d6 OK");
  CHECK(
      talk.has("C d5 UID SEARCH UID 41:* HEADER Message-ID \"<m0@x>\"\nC d6 UID SEARCH UID 41:* HEADER Message-ID "
               "\"<m1@x>\"\n"));
  talk.pass(Milliseconds{500}).hear("d7 OK").hear("* SEARCH 41").hear("d8 OK").hear("* SEARCH").hear("d9 OK");
  CHECK(talk.has("healthy mail to itself: sent, and seen in INBOX after 0.5 s"));
  CHECK_FALSE(talk.has("close\n"));
  talk.pass(Milliseconds{700}).hear("d10 OK").hear("* SEARCH 42").hear("d11 OK");
  CHECK(talk.has("healthy mail to a plus address: sent, and seen in INBOX after 1.2 s"));
  CHECK(talk.has("close\n"));
}

TEST_CASE("email: a mail that the server refuses, and one that never appears, are told with what to do") {
  Talk talk(looking(2));
  talk.begin("UIDPLUS").sent(0, 250).sent(1, 550, "5.1.1 no such user");
  CHECK(talk.has("unhealthy mail to a plus address: not sent: 550 5.1.1 no such user; ask the operator"));
  talk.hear("d4 OK").hear("d5 OK");
  talk.pass(Milliseconds{61'000}).hear("d6 OK").hear("d7 OK");
  // Then the folders that are not read, where a filter may have put it.
  CHECK(talk.has("C d8 EXAMINE \"Sent Items\"\n"));
  talk.hear("d8 OK").hear("d9 OK");
  CHECK(talk.has("C d9 UID SEARCH SINCE 21-Nov-2025 HEADER Message-ID \"<m0@x>\"\nC d10 EXAMINE \"Junk\"\n"));
  SECTION("it is nowhere") {
    talk.hear("d10 OK").hear("d11 OK");
    CHECK(talk.has("unhealthy mail to itself: sent, and not seen in INBOX within 61.0 s: set the flag"));
  }
  SECTION("it is in a folder that is not read") {
    talk.hear("d10 OK").hear("* SEARCH 7").hear("d11 OK");
    CHECK(talk.has("unhealthy mail to itself: sent, and put into Junk, which is not read"));
  }
  CHECK(talk.has("close\n"));
}

TEST_CASE("email: the plain mail once here, the others are waited for a little longer only") {
  Talk talk(looking(2));
  talk.begin("UIDPLUS").sent(1, 250).sent(0, 250);
  talk.hear("d4 OK").hear("* SEARCH 41").hear("d5 OK").hear("d6 OK");
  talk.pass(Milliseconds{15'000}).hear("d7 OK").hear("d8 OK");
  CHECK(talk.has("C d9 EXAMINE \"Sent Items\"\n"));
}

TEST_CASE("email: a server that falls silent, hangs up or speaks another protocol ends the look, and is told") {
  CHECK(Talk(looking()).pass(Milliseconds{60'000}).has("unhealthy IMAP: the server stopped answering"));
  CHECK(Talk(looking()).hear("* BYE no more").has("unhealthy IMAP: the server closed the connection: no more"));
  CHECK(Talk(looking()).hear("HTTP/1.1 400 Bad Request").has("unhealthy IMAP: the server sent what is not IMAP"));
}

}  // namespace
}  // namespace inboxd::connectors::email::imap
