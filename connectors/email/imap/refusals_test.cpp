// Messages that the server does not give, line by line: on which goodbyes a message is tried again, and when it is
// left.
#include "connectors/email/imap/mailbox.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/imap_script.hpp"

namespace inboxd::connectors::email {
namespace {

using test::Line;
using test::Script;

MailboxOptions inbox() {
  MailboxOptions options;
  options.folder = "INBOX";
  return options;
}

/// Two mails above UID 10, whose bodies are asked for.
Script two_mails(const std::vector<std::string>& then) {
  Script script{
      Line{"* CAPABILITY IMAP4rev1 IDLE"}, Line{"i1 OK"}, Line{"* 2 EXISTS"},     Line{"* OK [UIDVALIDITY 7] x"},
      Line{"* OK [UIDNEXT 13] x"},         Line{"i2 OK"}, Line{"* SEARCH 11 12"}, Line{"i3 OK"}};
  for (const auto& line : then) script.emplace_back(Line{line});
  return script;
}

std::string at_ten(const std::string& refused = "") {
  return R"({"folder":"INBOX","uidvalidity":7,"last_uid":10)" + refused + '}';
}

std::string play(const std::string& state, const Script& script) {
  test::ImapScript conversation(inbox(), state);
  conversation.play(script, 100'000);
  return conversation.take();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::vector<std::string> sizes{"* 1 FETCH (UID 11 RFC822.SIZE 3)", "* 2 FETCH (UID 12 RFC822.SIZE 3)", "i4 OK"};

std::vector<std::string> sizes_then(const std::string& line) {
  auto lines = sizes;
  lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a goodbye instead of a body counts against that message, and the next connection asks for it alone") {
  const auto said = play(at_ten(), two_mails(sizes_then("* BYE FETCH failed: Internal error occurred.")));
  REQUIRE(has(said, R"("last_uid":10,"refused_uid":11,"refused_times":1})"));
  REQUIRE(has(said, "close 1000\n"));
  const auto again = play(at_ten(R"(,"refused_uid":11,"refused_times":1)"),
                          two_mails({"* 1 FETCH (UID 11 RFC822.SIZE 3)", "i4 OK", "* BYE FETCH failed: Internal"}));
  REQUIRE(has(again, "C i4 UID FETCH 11 (UID RFC822.SIZE INTERNALDATE)\nC i5 UID FETCH 11 (UID BODY.PEEK[])\n"));
  REQUIRE_FALSE(has(again, "UID FETCH 12"));
  REQUIRE(has(again, "degraded message_refused: "));
  REQUIRE(has(again, "close 60000\n"));
}

TEST_CASE("a body that comes after all makes the refusals forgotten, and what follows is not held up") {
  const auto said = play(at_ten(R"(,"refused_uid":11,"refused_times":3)"),
                         two_mails({"* 1 FETCH (UID 11 RFC822.SIZE 3)", "i4 OK", "* 1 FETCH (UID 11 BODY[] {3}\r\nabc)",
                                    "i5 OK", "* 2 FETCH (UID 12 RFC822.SIZE 3)", "i6 OK"}));
  REQUIRE(has(said, "original abc\n"));
  REQUIRE(has(said, R"("last_uid":11,"last_at":)"));
  REQUIRE_FALSE(has(said, R"("refused_uid":11,"refused_times":4)"));
  REQUIRE(has(said, "UID FETCH 12 (UID BODY.PEEK[])"));
}

TEST_CASE("a goodbye also to the headers leaves a word of the message, and its number is passed") {
  const auto said =
      play(at_ten(R"(,"refused_uid":11,"refused_times":4)"),
           two_mails({"* 1 FETCH (UID 11 RFC822.SIZE 3)", "i4 OK", "* BYE FETCH failed: Internal error occurred."}));
  REQUIRE(has(said, "C i5 UID FETCH 11 (UID BODY.PEEK[HEADER]<0.1048576>)\n"));
  REQUIRE(has(said, R"("uid":11,"uidvalidity":7,"sent":false,"size":3,"unreadable":true})"));
  REQUIRE(has(said, R"("last_uid":11)"));
  REQUIRE(has(said, "close 0\n"));
}

TEST_CASE("a goodbye that speaks of the moment, or comes when nothing is asked of a message, counts against none") {
  for (const std::string code : {"UNAVAILABLE", "INUSE", "THROTTLED"}) {
    const auto said = play(at_ten(), two_mails(sizes_then("* BYE [" + code + "] come again")));
    REQUIRE_FALSE(has(said, "refused"));
    REQUIRE(has(said, "close 0\n"));
    const auto no_sizes = play(at_ten(), two_mails({"i4 NO [" + code + "] come again"}));
    REQUIRE_FALSE(has(no_sizes, "refused_uid"));
    REQUIRE(has(no_sizes, "close 60000\n"));
  }
  const auto before = play(at_ten(), {Line{"* CAPABILITY IMAP4rev1"}, Line{"* BYE shutting down"}});
  REQUIRE_FALSE(has(before, "refused"));
}

TEST_CASE("a body that is put off in words of the moment counts against its message only after a day of them") {
  const std::string no = "i5 NO [UNAVAILABLE] the storage is away";
  const auto said = play(at_ten(), two_mails(sizes_then(no)));
  REQUIRE(has(said, R"("last_uid":10,"refused_uid":11,"put_off_times":1})"));
  REQUIRE(has(said, "degraded message_put_off: "));
  REQUIRE(has(said, "close 60000\n"));
  const auto mails = two_mails({"* 1 FETCH (UID 11 RFC822.SIZE 3)", "i4 OK", no});
  const auto again = play(at_ten(R"(,"refused_uid":11,"put_off_times":1439)"), mails);
  REQUIRE(has(again, "C i5 UID FETCH 11 (UID BODY.PEEK[])\n"));
  REQUIRE_FALSE(has(again, "UID FETCH 12"));
  REQUIRE(has(again, R"("put_off_times":1440})"));
  REQUIRE_FALSE(has(again, "refused_times"));
  const auto at_last = play(at_ten(R"(,"refused_uid":11,"put_off_times":1440)"), mails);
  REQUIRE(has(at_last, R"("refused_uid":11,"refused_times":1)"));
  for (const std::string code : {"SERVERBUG", "LIMIT", "ALERT"}) {
    const auto its_own = play(at_ten(), two_mails(sizes_then("i5 NO [" + code + "] Internal error")));
    REQUIRE(has(its_own, R"("refused_uid":11,"refused_times":1)"));
  }
}

TEST_CASE("headers that are put off in words of the moment are asked for until they come") {
  const auto said =
      play(at_ten(R"(,"refused_uid":11,"refused_times":4,"put_off_times":1440)"),
           two_mails({"* 1 FETCH (UID 11 RFC822.SIZE 3)", "i4 OK", "i5 NO [UNAVAILABLE] the storage is away"}));
  REQUIRE(has(said, "C i5 UID FETCH 11 (UID BODY.PEEK[HEADER]<0.1048576>)\n"));
  REQUIRE_FALSE(has(said, R"("last_uid":11)"));
  REQUIRE(has(said, "degraded message_put_off: "));
  REQUIRE(has(said, "close 60000\n"));
}

TEST_CASE("a server that cannot measure a message is asked for the size of it alone, in the end for its headers") {
  for (const std::string no : {"* BYE FETCH failed: Internal error occurred.", "i4 NO [SERVERBUG] Internal error"}) {
    const auto said = play(at_ten(), two_mails({"* 1 FETCH (UID 11 RFC822.SIZE 3)", no}));
    REQUIRE(has(said, R"("refused_uid":12,"refused_times":1})"));
    REQUIRE(has(said, "close 1000\n"));
  }
  const auto alone = play(at_ten(R"(,"refused_uid":11,"refused_times":4)"), two_mails({"* BYE FETCH failed"}));
  REQUIRE(has(alone, "C i4 UID FETCH 11 (UID RFC822.SIZE INTERNALDATE)\n"));
  REQUIRE(has(alone, R"("refused_uid":11,"refused_times":5})"));
  const auto last = play(at_ten(R"(,"refused_uid":11,"refused_times":5)"), two_mails({}));
  REQUIRE(has(last, "C i4 UID FETCH 11 (UID BODY.PEEK[HEADER]<0.1048576>)\n"));
  REQUIRE_FALSE(has(last, "UID FETCH 12"));
}

}  // namespace inboxd::connectors::email
