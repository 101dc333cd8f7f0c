// What ends a mail and what does not: everybody else's idea of a line's end is part of the mail.
#include "daemon/ingest/lmtp/dot_stuffing.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace inboxd::ingest::lmtp {
namespace {

struct Taken {
  std::string mail;
  bool ended = false;
  std::string rest;
};

Taken take(std::string_view bytes, std::size_t portion) {
  DotStuffedMail dots;
  Taken taken;
  while (!bytes.empty() && !taken.ended) {
    auto piece = bytes.substr(0, portion);
    const auto before = piece.size();
    taken.ended = dots.take(piece, taken.mail);
    bytes.remove_prefix(before - piece.size());
  }
  taken.rest = bytes;
  return taken;
}

void becomes(std::string_view bytes, std::string_view mail, std::string_view rest = "") {
  for (const std::size_t portion : {1U, 2U, 3U, 1000U}) {
    const auto taken = take(bytes, portion);
    INFO(bytes << " in portions of " << portion);
    CHECK(taken.ended);
    CHECK(taken.mail == mail);
    CHECK(taken.rest == rest);
  }
}

TEST_CASE("a line of a dot alone ends the mail, the line's end before it is the mail's") {
  becomes("hello\r\n.\r\nQUIT\r\n", "hello\r\n", "QUIT\r\n");
  becomes(".\r\n", "");
  becomes("\r\n.\r\n", "\r\n");
  becomes("a\r\n\r\n.\r\n.\r\n", "a\r\n\r\n", ".\r\n");
}

TEST_CASE("one dot in front of a line is taken away") {
  becomes("..\r\n...b\r\n.c\r\na.\r\n.\r\n", ".\r\n..b\r\nc\r\na.\r\n");
}

TEST_CASE("only CRLF ends a line: no other ending lets a dot end a mail or be taken away") {
  for (const std::string end :
       {"\n.\n", "\n.\r\n", "\r.\r", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\n.\r", "\r.\n", "\r\n\n.\r\n"}) {
    const std::string smuggled = "a" + end + "MAIL FROM:<x@evil.test>";
    const auto taken = take(smuggled, 1000);
    INFO(smuggled);
    CHECK_FALSE(taken.ended);
    CHECK(take(smuggled, 1).mail == taken.mail);
  }
  becomes("a\n..\n.b\r.c\r\n.\r\n", "a\n..\n.b\r.c\r\n");
  becomes("a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n");
  becomes("a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n");
  becomes("a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n");
  becomes("a\r\r\n.\r\n", "a\r\r\n");
}

TEST_CASE("every byte is a mail's") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  becomes(all + "\r\n.\r\n", all + "\r\n");
}

}  // namespace
}  // namespace inboxd::ingest::lmtp
