// The forms that a server's responses take, and the limits on them.
#include "connectors/email/imap/response.hpp"

#include "tests/support/catch.hpp"

namespace inboxd::connectors::email::imap {
namespace {

class Seen final : public ResponseEvents {
 public:
  std::vector<Response> responses;
  std::vector<std::uint64_t> numbers;
  std::uint64_t body_size = 0;
  std::uint64_t body_bytes_seen = 0;

  void body_begun(const Response&, std::uint64_t size) override { body_size = size; }
  void body_bytes(std::string_view bytes) override { body_bytes_seen += bytes.size(); }
  void number_found(std::uint64_t number) override { numbers.push_back(number); }
  void response(const Response& response) override { responses.push_back(response); }
};

Response one(std::string_view line) {
  Seen seen;
  ResponseReader reader(seen);
  REQUIRE_FALSE(reader.feed(line));
  REQUIRE(seen.responses.size() == 1);
  return seen.responses.front();
}

}  // namespace

TEST_CASE("a status is read with its code and the server's words") {
  const auto status =
      one("a7 NO [UIDNEXT 4392] Pre\x01"
          "dicted\r\n");
  REQUIRE(status.kind == Response::Kind::tagged);
  REQUIRE(status.tag == "a7");
  REQUIRE(status.name == "NO");
  REQUIRE(status.code == "UIDNEXT");
  REQUIRE(status.code_argument == "4392");
  REQUIRE(status.text == "Pre dicted");
  REQUIRE(one("* ok [alert\r\n").text == "[alert");
  REQUIRE(one("+\n").kind == Response::Kind::continuation);
  REQUIRE(one("\r\n* 23 exists\r\n").number == 23U);
}

TEST_CASE("strings come quoted, with escapes, and as literals of three forms") {
  const auto list = one("* LIST (\\A (b NIL)) \"a\\\"\\\\\" {3}\r\n\"\r\n~{0}\r\n {2+}\r\nxy ~z\r\n");
  std::string text;
  for (const auto& token : list.tokens) text += std::to_string(token.depth) + token.text + '|';
  REQUIRE(text == "0|1\\A|1|2b|2NIL|0a\"\\|0\"\r\n|0|0xy|0~z|");
}

TEST_CASE("a value of FETCH is found by its name, not by a value that looks like one") {
  const auto fetch = one("* 1 FETCH (X UID UID 5 FLAGS (UID 6) BODY[HEADER.FIELDS (A B)] NIL)\r\n");
  REQUIRE(fetch_value(fetch, "UID")->text == "5");
  REQUIRE(fetch_value(fetch, "BODY[HEADER.FIELDS (A B)]")->text == "NIL");
  REQUIRE(fetch_value(fetch, "FLAGS")->kind == Token::Kind::list);
  REQUIRE(fetch_value(fetch, "SIZE") == nullptr);
}

TEST_CASE("a search over hundreds of kilobytes in one line is read number by number") {
  std::string line = "* SEARCH";
  for (int i = 1; i <= 100'000; ++i) line += ' ' + std::to_string(i);
  line += " (MODSEQ 917)\r\n";
  Seen seen;
  ResponseReader reader(seen);
  REQUIRE_FALSE(reader.feed(line));
  REQUIRE(seen.numbers.size() == 100'000);
  REQUIRE(seen.responses.front().tokens.size() == 3);
}

TEST_CASE("what nobody asked for may be long, and is not kept") {
  const auto flags = one("* FLAGS (" + std::string(1U << 20U, 'x') + " y)\r\n");
  REQUIRE(flags.tokens.size() == 2);
  const auto many = [] {
    std::string line = "* LIST";
    for (int i = 0; i < 50'000; ++i) line += " a";
    return one(line + "\r\n");
  }();
  REQUIRE(many.tokens.size() == 2048);
  REQUIRE(one("* OK " + std::string(1U << 20U, 'x') + "\r\n").text.size() == 1000);
}

TEST_CASE("a body of any length flows through") {
  Seen seen;
  ResponseReader reader(seen);
  REQUIRE_FALSE(reader.feed("* 1 FETCH (BODY[] {40000000}\r\n"));
  const std::string part(1U << 16U, '\0');
  for (std::size_t sent = 0; sent < 40'000'000; sent += part.size())
    REQUIRE_FALSE(reader.feed(std::string_view(part).substr(0, std::min(part.size(), 40'000'000 - sent))));
  REQUIRE_FALSE(reader.feed(" UID 4)\r\n"));
  REQUIRE(seen.body_size == 40'000'000);
  REQUIRE(seen.body_bytes_seen == 40'000'000);
  REQUIRE(fetch_value(seen.responses.front(), "UID")->text == "4");
}

TEST_CASE("a response without end is not read on") {
  Seen seen;
  ResponseReader reader(seen);
  const std::string part(1U << 20U, 'x');
  REQUIRE_FALSE(reader.feed("* FLAGS "));
  std::optional<std::string> wrong;
  for (int i = 0; i < 64 && !wrong; ++i) wrong = reader.feed(part);
  REQUIRE(wrong);
  Seen other;
  ResponseReader deep(other);
  REQUIRE(deep.feed("* FLAGS " + std::string(100, '(')));
}

}  // namespace inboxd::connectors::email::imap
