// Where parts begin and end, and the bounds on all of them.
#include "connectors/email/mail/parts.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/test_mail.hpp"

using namespace inboxd;
using namespace inboxd::connectors::email;

namespace {

DividedMail divided(const std::string& bytes) {
  MemoryOriginal source(bytes);
  return divide(source).value();
}

std::string body_of(const std::string& bytes, const Part& part) {
  return bytes.substr(part.body_begin, part.body_end - part.body_begin);
}

bool noted(const DividedMail& mail, std::string_view words) {
  return std::any_of(mail.notes.begin(), mail.notes.end(),
                     [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("email parts: a body is exactly what stands between its boundaries, with either line end") {
  const std::string text =
      "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\nX: 1\n\none\n\n--b  "
      "\n\ntwo\n--bb\nthree\n--b--\nepilogue\n--b\n";
  for (const auto& bytes : {text, with_crlf(text)}) {
    const auto mail = divided(bytes);
    const std::string end = bytes == text ? "\n" : "\r\n";
    REQUIRE(mail.parts.size() == 3);
    CHECK(mail.root().children == std::vector<std::size_t>{1, 2});
    CHECK(mail.parts[1].fields.find("x") == "1");
    CHECK(body_of(bytes, mail.parts[1]) == "one" + end);
    CHECK(body_of(bytes, mail.parts[2]) == "two" + end + "--bb" + end + "three");
  }
}

TEST_CASE("email parts: the boundary of an outer multipart ends the inner ones that were not closed") {
  const auto mail = divided(
      "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: multipart/alternative; "
      "boundary=inner\n\n"
      "--inner\n\na\n--outer\n\nb\n--outer--\n");
  REQUIRE(mail.parts.size() == 4);
  CHECK(mail.root().children == std::vector<std::size_t>{1, 3});
  CHECK(mail.parts[1].children == std::vector<std::size_t>{2});
}

TEST_CASE("email parts: a message in a message is one part, and what says nothing in a digest is one too") {
  const auto mail = divided(
      "Content-Type: multipart/digest; boundary=d\n\n--d\n\nFrom: a@b.example\nContent-Type: multipart/mixed; "
      "boundary=x\n\n"
      "--x\n\nin\n--x--\n--d--\n");
  REQUIRE(mail.parts.size() == 2);
  CHECK(mail.parts[1].head.is("message", "rfc822"));
}

TEST_CASE("email parts: more than a thousand parts are bounded with a word") {
  std::string bytes = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 100'000; ++i) bytes += "--b\n\n";
  const auto mail = divided(bytes);
  CHECK(mail.parts.size() == parts_max);
  CHECK(noted(mail, "1000 parts"));
}

TEST_CASE("email parts: multiparts in multiparts are bounded with a word, and what is too deep is a file") {
  std::string bytes;
  for (int i = 0; i < 5'000; ++i)
    bytes += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "x\n\n--b" + std::to_string(i) + "x\n";
  const auto mail = divided(bytes + "\nthe end\n");
  CHECK(mail.parts.size() == depth_max + 1U);
  CHECK(mail.parts.back().head.is("application", "octet-stream"));
  CHECK(noted(mail, "30 levels"));
}

TEST_CASE("email parts: a header without end is bounded with a word, and the body is found behind it") {
  std::string bytes = "From: a@b.example\n";
  for (int i = 0; i < 20'000; ++i) bytes += "X-Field: something that fills the header up\n";
  bytes += "\nhello";
  const auto mail = divided(bytes);
  CHECK(mail.root().fields.bytes() <= header_bytes_max);
  CHECK(mail.root().fields.find("from") == "a@b.example");
  CHECK(body_of(bytes, mail.root()) == "hello");
  CHECK(noted(mail, "header is too long"));
}

TEST_CASE("email parts: a header that ends without an empty line ends before the first line that is no field") {
  const std::string bytes = "From a@b.example Sun Nov 22 10:00:00 2026\nFrom: a@b.example\nHello there\nwith more";
  const auto mail = divided(bytes);
  CHECK(mail.root().fields.find("from") == "a@b.example");
  CHECK(body_of(bytes, mail.root()) == "Hello there\nwith more");
}

TEST_CASE("email parts: parts that are announced and never begin are shown as text") {
  for (const std::string type : {"multipart/mixed", "multipart/mixed; boundary=b"}) {
    const auto mail = divided("Content-Type: " + type + "\n\n--other\n\nx\n");
    REQUIRE(mail.parts.size() == 1);
    CHECK(mail.root().head.is("text", "plain"));
    CHECK(mail.notes.size() == 1);
  }
}

TEST_CASE("email parts: a line of many megabytes is not kept") {
  const std::string bytes =
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + std::string(20'000'000, '-') + "\n--b--\n";
  const auto mail = divided(bytes);
  REQUIRE(mail.parts.size() == 2);
  CHECK(mail.parts[1].body_end - mail.parts[1].body_begin == 20'000'000);
}
