// Conversations with a mail server, line by line.
#include "connectors/email/imap/mailbox.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/imap_script.hpp"

namespace inboxd::connectors::email {
namespace {

using test::Commits;
using test::Ends;
using test::ImapScript;
using test::Line;
using test::Passes;
using test::Script;

MailboxOptions inbox() {
  MailboxOptions options;
  options.folder = "INBOX";
  return options;
}

std::string play(const MailboxOptions& options, const std::string& state, const Script& script,
                 std::size_t portion = 100'000) {
  ImapScript conversation(options, state);
  conversation.play(script, portion);
  return conversation.take();
}

const std::string at_ten = R"({"folder":"INBOX","uidvalidity":7,"last_uid":10,"last_at":"2025-11-20T10:00:00.000Z"})";

/// Up to the open folder.
Script opened(const std::string& uidnext, const std::string& exists, const std::string& capabilities = "IDLE") {
  return {Line{"* CAPABILITY IMAP4rev1 " + capabilities},
          Line{"i1 OK done"},
          Line{"* FLAGS (\\Answered \\Seen)"},
          Line{"* " + exists + " EXISTS"},
          Line{"* 0 RECENT"},
          Line{"* OK [UIDVALIDITY 7] UIDs valid"},
          Line{"* OK [UIDNEXT " + uidnext + "] Predicted next UID"},
          Line{"i2 OK [READ-ONLY] Examine completed"}};
}

Script operator+(Script script, const Script& more) {
  script.insert(script.end(), more.begin(), more.end());
  return script;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Two mails behind a cursor, one with tokens in odd places, then IDLE and a third.
Script a_day() {
  return opened("13", "5") +
         Script{Line{"* SEARCH 11 12"},
                Line{"i3 OK Search completed"},
                Line{"* 5 FETCH (UID 12 RFC822.SIZE 5 INTERNALDATE \"22-Nov-2025 07:00:00 +0100\")"},
                Line{"* 4 FETCH (RFC822.SIZE 4 FLAGS (\\Seen $x) INTERNALDATE \" 1-Nov-2025 07:00:00 +0000\" UID 11)"},
                Line{"i4 OK"},
                Line{"* 4 FETCH (UID 11 BODY[] {4}\r\na\r\nb)"},
                Line{"* 6 EXISTS"},
                Line{"* 2 FETCH (FLAGS (\\Deleted))"},
                Line{"* 2 EXPUNGE"},
                Line{"i5 OK Fetch completed"},
                Line{"* 5 FETCH (BODY[] ~{5}\r\n)(\"*\r UID 12)"},
                Line{"i6 OK Fetch completed"},
                Line{"* SEARCH 13"},
                Line{"i7 OK"},
                Line{"* 5 FETCH (UID 13 RFC822.SIZE 2 INTERNALDATE \"22-Nov-2025 08:00:00 +0000\")"},
                Line{"i8 OK"},
                Line{"* 5 FETCH (UID 13 BODY[] \"q\\\"\")"},
                Line{"i9 OK"},
                Line{"+ idling"},
                Line{"* OK Still here"},
                Commits{3},
                Passes{Milliseconds{9 * 60'000}},
                Line{"i10 OK Idle completed"},
                Line{"* SEARCH 13"},
                Line{"i11 OK"},
                Line{"+ idling"},
                Line{"* 6 EXISTS"},
                Line{"* 7 EXISTS"},
                Ends{}};
}

}  // namespace

TEST_CASE("a new inbox begins with what comes next and stores that before anything else") {
  const auto said = play(inbox(), "", opened("42", "3") + Script{Line{"* SEARCH 41"}, Line{"i3 OK"}, Line{"+ idling"}});
  REQUIRE(said ==
          "C i1 CAPABILITY\n"
          "C i2 EXAMINE \"INBOX\"\n"
          "state {\"folder\":\"INBOX\",\"uidvalidity\":7,\"last_uid\":41,\"last_at\":\"2025-11-22T08:26:40.000Z\"}\n"
          "C i3 UID SEARCH UID 42:*\n"
          "C i4 IDLE\n"
          "healthy : \n");
}

TEST_CASE("an inbox that imports begins with the first message") {
  auto options = inbox();
  options.import = Import::all;
  const auto said = play(options, "", opened("42", "3"));
  REQUIRE(has(said, R"(state {"folder":"INBOX","uidvalidity":7,"last_uid":0,"importing":true})"));
  REQUIRE(has(said, "C i3 UID SEARCH UID 1:*\n"));
}

TEST_CASE("a server that does not tell the next UID is asked for the last") {
  auto script = opened("42", "3");
  script.erase(script.begin() + 6);
  const auto said = play(inbox(), "", script + Script{Line{"* 3 FETCH (UID 17)"}, Line{"i3 OK"}});
  REQUIRE(has(said, "C i3 UID FETCH * (UID)\n"));
  REQUIRE(has(said, R"("last_uid":17)"));
}

TEST_CASE("a server that asks who we are is told") {
  const auto said = play(inbox(), at_ten, {Line{"* CAPABILITY IMAP4rev1 id idle"}, Line{"i1 OK"}, Line{"i2 OK"}});
  REQUIRE(said == "C i1 CAPABILITY\nC i2 ID (\"name\" \"inboxd\")\nC i3 EXAMINE \"INBOX\"\n");
}

TEST_CASE("a day of mail reads the same however its bytes are cut") {
  const auto script = a_day();
  const std::string whole = play(inbox(), at_ten, script);
  REQUIRE(
      whole ==
      "C i1 CAPABILITY\n"
      "C i2 EXAMINE \"INBOX\"\n"
      "C i3 UID SEARCH UID 11:*\n"
      "C i4 UID FETCH 11:12 (UID RFC822.SIZE INTERNALDATE)\n"
      "C i5 UID FETCH 11 (UID BODY.PEEK[])\n"
      "C i6 UID FETCH 12 (UID BODY.PEEK[])\n"
      "original a\r\nb\n"
      R"({"folder":"INBOX","uid":11,"uidvalidity":7,"internal_date":"2025-11-01T07:00:00.000Z","sent":false,"size":4})"
      "\n"
      R"({"folder":"INBOX","uidvalidity":7,"last_uid":11,"last_at":"2025-11-20T10:00:00.000Z"})"
      "\n"
      "original )(\"*\r\n"
      R"({"folder":"INBOX","uid":12,"uidvalidity":7,"internal_date":"2025-11-22T06:00:00.000Z","sent":false,"size":5})"
      "\n"
      R"({"folder":"INBOX","uidvalidity":7,"last_uid":12,"last_at":"2025-11-22T06:00:00.000Z"})"
      "\n"
      "C i7 UID SEARCH UID 13:*\n"
      "C i8 UID FETCH 13 (UID RFC822.SIZE INTERNALDATE)\n"
      "C i9 UID FETCH 13 (UID BODY.PEEK[])\n"
      "original q\"\n"
      R"({"folder":"INBOX","uid":13,"uidvalidity":7,"internal_date":"2025-11-22T08:00:00.000Z","sent":false,"size":2})"
      "\n"
      R"({"folder":"INBOX","uidvalidity":7,"last_uid":13,"last_at":"2025-11-22T08:00:00.000Z"})"
      "\n"
      "C i10 IDLE\n"
      "healthy : \n"
      "C DONE\n"
      "C i11 UID SEARCH UID 14:*\n"
      "C i12 IDLE\n"
      "C DONE\n"
      "C x LOGOUT\n");
  for (std::size_t portion = 1; portion < 80; ++portion) REQUIRE(play(inbox(), at_ten, script, portion) == whole);
}

TEST_CASE("where the server has no IDLE it is asked now and then") {
  const auto said = play(
      inbox(), at_ten,
      opened("11", "1", "ID2") + Script{Line{"* SEARCH"}, Line{"i3 OK"}, Passes{Milliseconds{120'000}}, Line{"i4 OK"},
                                        Line{"* SEARCH 10"}, Line{"i5 OK"}, Passes{Milliseconds{120'000}}});
  REQUIRE(has(said, "C i4 NOOP\nC i5 UID SEARCH UID 11:*\nC i6 NOOP\n"));
}

TEST_CASE("a server that refuses IDLE is asked now and then") {
  const auto said = play(inbox(), at_ten,
                         opened("11", "1") + Script{Line{"* SEARCH"}, Line{"i3 OK"}, Line{"i4 BAD what?"},
                                                    Line{"* SEARCH"}, Line{"i5 OK"}, Passes{Milliseconds{120'000}}});
  REQUIRE(has(said, "C i6 NOOP\n"));
}

TEST_CASE("a server that is silent to DONE is left for a new connection") {
  const auto said =
      play(inbox(), at_ten,
           opened("11", "1") + Script{Line{"* SEARCH"}, Line{"i3 OK"}, Line{"+ idling"}, Passes{Milliseconds{540'000}},
                                      Passes{Milliseconds{59'000}}, Passes{Milliseconds{1'000}}});
  REQUIRE(has(said, "C DONE\ndegraded imap_silent: "));
  REQUIRE(has(said, "close 0\n"));
}

TEST_CASE("a renumbered folder is read again since two days before the last arrival") {
  auto script = opened("4", "3");
  script[5] = Line{"* OK [UIDVALIDITY 8] UIDs valid"};
  const auto said =
      play(inbox(), at_ten,
           script + Script{Line{"* SEARCH 2"}, Line{"i3 OK"},
                           Line{"* 2 FETCH (UID 2 RFC822.SIZE 1 INTERNALDATE \"19-Nov-2025 07:00:00 +0000\")"},
                           Line{"i4 OK"}, Line{"* 2 FETCH (UID 2 BODY[] {1}\r\na)"}, Line{"i5 OK"}});
  REQUIRE(has(said, "degraded imap_renumbered: "));
  REQUIRE(has(said, "C i3 UID SEARCH UID 1:* SINCE 18-Nov-2025\n"));
  REQUIRE(has(said, R"("last_uid":2,"last_at":"2025-11-20T10:00:00.000Z","resync_from":"2025-11-18T10:00:00.000Z"})"));
  // Older messages below UIDNEXT are done with, and the resync is over.
  REQUIRE(has(said, R"(state {"folder":"INBOX","uidvalidity":8,"last_uid":3,"last_at":"2025-11-20T10:00:00.000Z"})"));
}

TEST_CASE("a folder that gives UIDs a second time is read again like a renumbered one") {
  const auto said = play(inbox(), at_ten, opened("5", "3"));
  REQUIRE(has(said, "degraded imap_renumbered: "));
  REQUIRE(has(said, "SINCE 18-Nov-2025"));
}

TEST_CASE("of a message that is too large the headers come, with a word about it") {
  auto options = inbox();
  options.original_bytes_max = 10;
  const auto said =
      play(options, at_ten,
           opened("13", "2") + Script{Line{"* SEARCH 11 12"}, Line{"i3 OK"}, Line{"* 1 FETCH (UID 11 RFC822.SIZE 11)"},
                                      Line{"* 2 FETCH (UID 12 RFC822.SIZE 3)"}, Line{"i4 OK"},
                                      Line{"* 1 FETCH (UID 11 BODY[HEADER]<0> {3}\r\nh\r\n)"}, Line{"i5 OK"},
                                      Line{"* 2 FETCH (UID 12 BODY[] {11}\r\nelevenbytes)"}, Line{"i6 OK"},
                                      Line{"* 2 FETCH (UID 12 BODY[HEADER]<0> {3}\r\nx\r\n)"}, Line{"i7 OK"}});
  REQUIRE(has(said, "C i5 UID FETCH 11 (UID BODY.PEEK[HEADER]<0.10>)\n"));
  REQUIRE(has(said, R"(original h)"));
  REQUIRE(has(said, R"("uid":11,"uidvalidity":7,"sent":false,"size":11,"too_large":true})"));
  REQUIRE(has(said, "C i7 UID FETCH 12 (UID BODY.PEEK[HEADER]<0.10>)\n"));
  REQUIRE_FALSE(has(said, "elevenbytes"));
  REQUIRE(has(said, R"("uid":12,"uidvalidity":7,"sent":false,"size":11,"too_large":true})"));
}

TEST_CASE("bodies out of order are asked for again, and a message that is gone is left out") {
  const auto said =
      play(inbox(), at_ten,
           opened("14", "3") +
               Script{Line{"* SEARCH 13 12 11"}, Line{"i3 OK"}, Line{"* 1 FETCH (UID 11 RFC822.SIZE 1)"},
                      Line{"* 2 FETCH (UID 12 RFC822.SIZE 1)"}, Line{"* 3 FETCH (UID 13 RFC822.SIZE 1)"}, Line{"i4 OK"},
                      Line{"* 3 FETCH (UID 13 BODY[] {1}\r\nc)"}, Line{"* 2 FETCH (BODY[] {1}\r\nb UID 12)"},
                      Line{"i5 OK"}, Line{"i6 OK"}, Line{"i7 OK"}, Line{"* 2 FETCH (UID 12 BODY[] {1}\r\nb)"},
                      Line{"i8 OK"}, Line{"* 3 FETCH (UID 13 BODY[] {1}\r\nc)"}, Line{"i9 OK"}});
  REQUIRE(has(said, "dropped\nC i8 UID FETCH 12 (UID BODY.PEEK[])\nC i9 UID FETCH 13 (UID BODY.PEEK[])\noriginal b\n"));
  REQUIRE(has(said, "original c\n"));
  REQUIRE_FALSE(has(said, R"("uid":11)"));
}

TEST_CASE("a message that the server refuses is asked for again later, then its headers must do") {
  std::string state = at_ten;
  for (const auto* wait : {"close 1000\n", "close 60000\n", "close 300000\n", "close 900000\n"}) {
    const auto said =
        play(inbox(), state,
             opened("12", "1") + Script{Line{"* SEARCH 11"}, Line{"i3 OK"}, Line{"* 1 FETCH (UID 11 RFC822.SIZE 1)"},
                                        Line{"i4 OK"}, Line{"i5 NO internal error"}});
    REQUIRE(has(said, wait));
    const auto begin = said.rfind("state ") + 6;
    state = said.substr(begin, said.find('\n', begin) - begin);
  }
  const auto said =
      play(inbox(), state,
           opened("12", "1") + Script{Line{"* SEARCH 11"}, Line{"i3 OK"}, Line{"* 1 FETCH (UID 11 RFC822.SIZE 1)"},
                                      Line{"i4 OK"}, Line{"* 1 FETCH (UID 11 BODY[HEADER]<0> NIL)"}, Line{"i5 OK"}});
  REQUIRE(has(said, R"("uid":11,"uidvalidity":7,"sent":false,"size":1,"unreadable":true})"));
  REQUIRE(has(said, R"("last_uid":11)"));
  REQUIRE_FALSE(has(said, "close"));
}

TEST_CASE("a folder that is not there is told with those that are") {
  auto options = inbox();
  options.folder = "Gesendet & Größe";
  const auto said = play(
      options, "",
      {Line{"* CAPABILITY IMAP4rev1"}, Line{"i1 OK"}, Line{"i2 NO [NONEXISTENT] No such mailbox"},
       Line{"* LIST (\\HasNoChildren) \"/\" INBOX"}, Line{"* LIST (\\Sent) NIL {10}\r\nEntw&APw-rfe"}, Line{"i3 OK"}});
  REQUIRE(has(said, "C i2 EXAMINE \"Gesendet &- Gr&APYA3w-e\"\nC i3 LIST \"\" \"*\"\n"));
  REQUIRE(has(said,
              "unhealthy folder_missing: The mailbox has no folder that can be opened as Gesendet & Größe (it "
              "says: No such mailbox). Its folders: INBOX, "));
  REQUIRE(has(said, "close 900000\n"));
}

TEST_CASE("a server that is busy is tried again later") {
  const auto said = play(inbox(), at_ten, {Line{"i1 OK"}, Line{"i2 NO [UNAVAILABLE] try later"}});
  REQUIRE(has(said, "degraded imap_refused: "));
  REQUIRE(has(said, "close 300000\n"));
}

TEST_CASE("a goodbye ends the connection, quietly where nothing was under way") {
  const auto idle = play(inbox(), at_ten,
                         opened("11", "1") + Script{Line{"* SEARCH"}, Line{"i3 OK"}, Line{"+"}, Line{"* BYE expired"}});
  REQUIRE(has(idle, "C i4 IDLE\nhealthy : \nclose 0\n"));
  const auto busy =
      play(inbox(), at_ten,
           opened("12", "1") + Script{Line{"* SEARCH 11"}, Line{"i3 OK"}, Line{"* 1 FETCH (UID 11 RFC822.SIZE 9)"},
                                      Line{"i4 OK"}, Line{"* 1 FETCH (UID 11 BODY[] {3}\r\na"}, Line{") x"},
                                      Line{"* BYE shutting down"}});
  REQUIRE(has(busy, "close 0\n"));
}

TEST_CASE("what is not IMAP closes the connection, and the original under way is dropped") {
  const auto said =
      play(inbox(), at_ten,
           opened("12", "1") + Script{Line{"* SEARCH 11"}, Line{"i3 OK"}, Line{"* 1 FETCH (UID 11 RFC822.SIZE 9)"},
                                      Line{"i4 OK"}, Line{"* 1 FETCH (UID 11 BODY[] {3}\r\nabc"}});
  REQUIRE(has(said, "dropped\ndegraded imap_nonsense: "));
  REQUIRE(has(said, "close 0\n"));
  for (const auto* line : {"HTTP/1.1 400 Bad Request", "* 1 FETCH )", "* SEARCH one", "* LIST \"", "i9 OK", "i1 YES",
                           "* FLAGS {x}", "* FLAGS {99999999999}", "* 7", " a"})
    REQUIRE(has(play(inbox(), at_ten, {Line{line}}), "imap_nonsense"));
}

TEST_CASE("a state that belongs to another folder begins anew, and is told") {
  auto options = inbox();
  options.folder = "Sent";
  const auto said = play(options, at_ten, opened("42", "3"));
  REQUIRE(has(said, R"(state {"folder":"Sent","uidvalidity":7,"last_uid":41)"));
  REQUIRE(has(said, "degraded imap_first_time"));
}

}  // namespace inboxd::connectors::email
