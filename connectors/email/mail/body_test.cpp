// The text that is shown of each structure of a mail.
#include "connectors/email/mail/body.hpp"

#include "connectors/email/mail/flowed.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_mail.hpp"

using namespace inboxd;
using namespace inboxd::connectors::email;

namespace {

std::string mixed(std::initializer_list<std::string> parts) {
  std::string mail = "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n";
  for (const auto& part : parts) mail += "--b\n" + part + "\n";
  return mail + "--b--\n";
}

}  // namespace

TEST_CASE("email texts: text behind an attachment is text, text with a name is a file") {
  const auto message =
      message_of(mixed({"Content-Type: text/plain\n\none", "Content-Type: a/b\n\nfile",
                        "Content-Type: text/plain\n\ntwo", "Content-Type: text/plain; name=n.txt\n\nnamed"}));
  CHECK(message.text == "one\n\ntwo");
  REQUIRE(message.attachments.size() == 2);
  CHECK(message.attachments[1].name == "n.txt");
}

TEST_CASE("email texts: an alternative is told once, in both forms") {
  const auto message = message_of(
      "Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nplain\n--a\n"
      "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/html\n\n<p>one</p>\n--m\nContent-Type: "
      "a/b\n\nx\n--m\n"
      "Content-Type: text/html\n\n<p>two</p>\n--m--\n--a--\n");
  CHECK(message.text == "plain");
  CHECK(message.html == "<p>one</p>\n<p>two</p>");
  CHECK(message.attachments.size() == 1);
}

TEST_CASE("email texts: a mail of HTML alone has its text too") {
  const auto message = message_of("Content-Type: text/html\n\n<p>hello</p>\n");
  CHECK(message.text == "hello");
  CHECK(message.html == "<p>hello</p>\n");
  CHECK(message_of("Content-Type: multipart/alternative; boundary=a\n\n--a\n\n \n--a\nContent-Type: "
                   "text/html\n\n<b>x</b>\n--a--\n")
            .text == "x");
}

TEST_CASE("email texts: what is too long to show is attached whole, with a word") {
  std::string lines;
  while (lines.size() < 3U << 20U) lines += "é and so on, line after line after line\n";
  for (const std::string type : {"text/plain", "text/html"}) {
    const auto message = message_of("From: a@b.example\nContent-Type: " + type + "; charset=utf-8\n\n" + lines);
    CHECK(message.text.size() <= plain_bytes_max);
    CHECK(message.html.empty());
    REQUIRE(message.attachments.size() == 1);
    CHECK(message.attachments[0].size == with_crlf(lines).size());
    CHECK(email_of(message).notes.size() == 1);
  }
}

TEST_CASE("email texts: a mail that is a file has no text") {
  const auto message =
      message_of("Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==\n");
  CHECK(message.text.empty());
  CHECK(message.attachments.at(0).name == "a.pdf");
  CHECK(message.attachments.at(0).size == 4U);
}

TEST_CASE("email texts: flowed lines are paragraphs again, quotes and the signature's mark stay apart") {
  CHECK(unflow("a \nb\nc\n", false) == "a b\nc\n");
  CHECK(unflow("a \nb\n", true) == "ab\n");
  CHECK(unflow("> q \n> r\n>> s\n", false) == "> q r\n>> s\n");
  CHECK(unflow("a \n> q\n", false) == "a \n> q\n");
  CHECK(unflow("a \n-- \nme\n", false) == "a \n-- \nme\n");
  CHECK(unflow(" From here\n", false) == "From here\n");
  CHECK(unflow("", false).empty());
}
