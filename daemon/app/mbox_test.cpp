// Where the mails of an mbox lie, whatever wrote it, and that they come out as they were put in.
#include "daemon/app/mbox.hpp"

#include "daemon/app/mail_date.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::app {
namespace {

std::vector<MboxMail> index_of(std::string_view file, std::size_t piece = SIZE_MAX) {
  MboxIndex index;
  for (std::size_t at = 0; at < file.size(); at += std::min(piece, file.size()))
    if (!index.feed(file.substr(at, piece))) break;
  return index.finish().value();
}

std::string refusal_of(std::string_view file) {
  MboxIndex index;
  index.feed(file);
  return index.finish().error().detail;
}

std::string text_of(std::string_view stored, std::size_t piece = SIZE_MAX) {
  MboxText text;
  for (std::size_t at = 0; at < stored.size(); at += std::min(piece, stored.size()))
    text.feed(stored.substr(at, piece));
  return text.finish();
}

std::vector<std::string> mails_of(const std::string& file) {
  std::vector<std::string> mails;
  for (const auto& mail : index_of(file))
    mails.push_back(text_of(std::string_view(file).substr(mail.offset, mail.size)));
  return mails;
}

std::string when(std::string_view text) {
  const auto date = read_mail_date(text);
  return date ? to_rfc3339(date->at) + (date->alone ? "" : " and more") : "nothing";
}

const std::string two =
    "From anna@example.com Thu Nov 12 10:00:00 2020\n"
    "From: Anna <anna@example.com>\nDate: Thu, 12 Nov 2020 11:00:00 +0100\nSubject: one\n\nfirst\n\n"
    "From - Fri Nov 13 10:00:00 2020\n"
    "Subject: two\n\nsecond\n\n";

TEST_CASE("mbox: mails are found by their \"From \" lines, and end without the empty line behind them") {
  const auto mails = mails_of(two);
  REQUIRE(mails.size() == 2);
  CHECK(mails[0] ==
        "From: Anna <anna@example.com>\r\nDate: Thu, 12 Nov 2020 11:00:00 +0100\r\nSubject: one\r\n\r\nfirst\r\n");
  CHECK(mails[1] == "Subject: two\r\n\r\nsecond\r\n");
  CHECK(index_of("").empty());
  CHECK(index_of("\n\n").empty());
}

TEST_CASE("mbox: a mail is as old as its Date header says, or else its \"From \" line") {
  const auto mails = index_of(two);
  CHECK(to_rfc3339(*mails.at(0).written_at) == "2020-11-12T10:00:00.000Z");
  CHECK(mails[0].has_date_header);
  CHECK(to_rfc3339(*mails.at(1).written_at) == "2020-11-13T10:00:00.000Z");
  CHECK_FALSE(mails[1].has_date_header);
  const auto folded =
      index_of("From a Thu Nov 12 10:00:00 2020\ndate:\n Mon, 2 Jan 2006\n 15:04:05 -0700\n\nDate: x\n");
  CHECK(to_rfc3339(*folded.at(0).written_at) == "2006-01-02T22:04:05.000Z");
}

TEST_CASE("mbox: it does not matter how the file is cut into pieces") {
  for (const std::size_t piece : {1U, 2U, 7U, 50U}) {
    const auto mails = index_of(two, piece);
    const auto whole = index_of(two);
    REQUIRE(mails.size() == whole.size());
    for (std::size_t i = 0; i < mails.size(); ++i) {
      CHECK(mails[i].offset == whole[i].offset);
      CHECK(mails[i].size == whole[i].size);
      CHECK(mails[i].written_at == whole[i].written_at);
    }
    CHECK(text_of(two, piece) == text_of(two));
  }
}

TEST_CASE("mbox: quoted lines lose one \">\", others stay") {
  CHECK(text_of("A: b\n\n>From here\n>>From there\n> From afar\n>Fromage\nFrom nowhere\n") ==
        "A: b\r\n\r\nFrom here\r\n>From there\r\n> From afar\r\n>Fromage\r\nFrom nowhere\r\n");
}

TEST_CASE("mbox: line ends may be LF or CRLF, a mail the same in both") {
  std::string windows;
  for (const char c : two) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(mails_of(windows) == mails_of(two));
  CHECK(index_of(windows).at(0).written_at == index_of(two).at(0).written_at);
  CHECK(mails_of("\xEF\xBB\xBF" + two) == mails_of(two));
}

TEST_CASE("mbox: a line of text that begins with \"From \" divides nothing, whatever Content-Length says") {
  const auto mails = mails_of(
      "From 1714@xxx Thu Nov 12 10:00:00 +0000 2020\nContent-Length: 5\n\nFrom Monday on we are closed.\n\n"
      "From anna, 12 November 2020 10:00 at the door\n\n");
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].ends_with("at the door\r\n"));
}

TEST_CASE("mbox: where the first \"From \" line has no date, those after an empty line divide") {
  const auto mails = mails_of("From anna\nA: b\n\none\nFrom the sea\n\nFrom bruno\nA: c\n\ntwo\n");
  REQUIRE(mails.size() == 2);
  CHECK(mails[0] == "A: b\r\n\r\none\r\nFrom the sea\r\n");
}

TEST_CASE("mbox: what is none is refused with the line") {
  CHECK(refusal_of("\n\nSubject: a mail alone\n\n") ==
        "it is no mbox: line 3 is the first that is not empty, and does not begin with \"From \"");
  CHECK(refusal_of("\x1F\x8B\x08 and so on\n") == "it is compressed; unpack it first");
  CHECK(refusal_of("no line end") ==
        "it is no mbox: line 1 is the first that is not empty, and does not begin with \"From \"");
}

TEST_CASE("mbox: dates as programs write them") {
  CHECK(when("Thu Nov 12 10:00:00 2020") == "2020-11-12T10:00:00.000Z");
  CHECK(when("Thu, 12 Nov 2020 10:00:00 +0100 (CET)") == "2020-11-12T09:00:00.000Z");
  CHECK(when("12 Nov 99 10:00 -0500") == "1999-11-12T15:00:00.000Z");
  CHECK(when("Thursday, 12-Nov-2020 10:00:00 GMT") == "2020-11-12T10:00:00.000Z");
  CHECK(when("Thu Nov 12 10:00:00 2020 and so on") == "2020-11-12T10:00:00.000Z and more");
  for (const auto* none : {"", "yesterday", "12 Nov 2020", "31 Feb 2020 10:00", "12 Nov 2020 25:00",
                           "12 Nov 20200 10:00", "::", "-", "+", "12 Nov 2020 1:2:3:4"})
    CHECK(when(none) == "nothing");
}

}  // namespace
}  // namespace inboxd::app
