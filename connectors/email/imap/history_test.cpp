// A folder read up to where another connection's news begin, and then left.
#include "connectors/email/imap/mailbox.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/imap_script.hpp"

namespace inboxd::connectors::email {
namespace {

using test::Commits;
using test::ImapScript;
using test::Line;
using test::Script;

MailboxOptions history(std::uint32_t last_uid, std::optional<Timestamp> since = {}) {
  MailboxOptions options;
  options.folder = "INBOX";
  options.import = Import::all;
  options.history = ReadHistory{since, last_uid == 0 ? 0U : 7U, last_uid};
  return options;
}

std::string play(const MailboxOptions& options, const std::string& state, const Script& more,
                 const std::string& uidvalidity = "7") {
  ImapScript conversation(options, state);
  conversation.play(
      {Line{"* CAPABILITY IMAP4rev1 IDLE"}, Line{"i1 OK done"}, Line{"* 5 EXISTS"},
       Line{"* OK [UIDVALIDITY " + uidvalidity + "] x"}, Line{"* OK [UIDNEXT 13] x"}, Line{"i2 OK [READ-ONLY] done"}},
      100'000);
  conversation.play(more, 100'000);
  return conversation.take() + (conversation.closed() ? "closed" : "open");
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const Script one_mail{Line{"* SEARCH 9 11"},
                      Line{"i3 OK"},
                      Line{"* 4 FETCH (UID 9 RFC822.SIZE 4 INTERNALDATE \"22-Nov-2025 07:00:00 +0100\")"},
                      Line{"i4 OK"},
                      Line{"* 4 FETCH (UID 9 BODY[] {4}\r\na\r\nb)"},
                      Line{"* 6 EXISTS"},
                      Line{"i5 OK"},
                      Commits{2}};

TEST_CASE("history ends with the last message that the news have, and the connection with it") {
  const auto said = play(history(10), "", one_mail);
  CHECK(has(said, "C i3 UID SEARCH UID 1:10\n"));
  CHECK(has(said, "original a\r\nb\n"));
  CHECK(has(said, R"("history":true)"));
  CHECK_FALSE(has(said, "UID 11"));
  CHECK_FALSE(has(said, "IDLE"));
  CHECK(has(said, "LOGOUT\n"));
  CHECK(said.ends_with("closed"));
}

TEST_CASE("history goes on behind what was stored, and asks for nothing when all of it was") {
  const std::string at_eight = R"({"folder":"INBOX","uidvalidity":7,"last_uid":8,"importing":true})";
  CHECK(has(play(history(10), at_eight, {}), "C i3 UID SEARCH UID 9:10\n"));
  const std::string at_ten = R"({"folder":"INBOX","uidvalidity":7,"last_uid":10,"importing":true})";
  const auto said = play(history(10), at_ten, {});
  CHECK_FALSE(has(said, "SEARCH"));
  CHECK(said.ends_with("closed"));
}

TEST_CASE("history of a folder that nobody listens to is all that is there, from a day on where one is given") {
  CHECK(has(play(history(0), "", {}), "C i3 UID SEARCH UID 1:*\n"));
  const auto day = parse_rfc3339("2025-01-31T00:00:00Z");
  CHECK(has(play(history(0, day), "", {}), "C i3 UID SEARCH UID 1:* SINCE 31-Jan-2025\n"));
}

TEST_CASE("history of a folder that was renumbered meanwhile has no end that is known, and is refused") {
  const auto said = play(history(10), "", {}, "8");
  CHECK(has(said, "unhealthy imap_renumbered: "));
  CHECK_FALSE(has(said, "SEARCH"));
  CHECK(said.ends_with("closed"));
}

}  // namespace
}  // namespace inboxd::connectors::email
