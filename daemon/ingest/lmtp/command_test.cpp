// Commands as clients write them, and as nobody should.
#include "daemon/ingest/lmtp/command.hpp"

#include <limits>

#include "tests/support/catch.hpp"

namespace inboxd::ingest::lmtp {
namespace {

std::string address_of(std::string_view argument) {
  const auto path = path_of(argument, "FROM:");
  return path ? path->address : "(none)";
}

TEST_CASE("a verb counts whatever its letters' case, and stands alone") {
  CHECK(command_of("lhlo mail.example").verb == Verb::lhlo);
  CHECK(command_of("LHLO  mail.example ").argument == "mail.example");
  CHECK(command_of("Quit").verb == Verb::quit);
  CHECK(command_of("QUIT ").argument.empty());
  for (const auto line : {"", " ", "DATAX", "MAIL\tFROM:<>", "QUIT\n", " QUIT"})
    CHECK(command_of(line).verb == Verb::unknown);
  CHECK(command_of("EHLO x").verb == Verb::smtp_hello);
}

TEST_CASE("a path is what stands between its brackets, without a route") {
  CHECK(address_of("FROM:<anna@example.com>") == "anna@example.com");
  CHECK(address_of("from: <anna@example.com>") == "anna@example.com");
  CHECK(address_of("FROM:<>").empty());
  CHECK(address_of("FROM:<@a.example,@b.example:anna@example.com>") == "anna@example.com");
  CHECK(address_of("FROM:<\"a>b c\\\"\"@example.com>") == "\"a>b c\\\"\"@example.com");
  CHECK(address_of("FROM:<järn@example.com>") == "järn@example.com");
  const std::string tag(500, 't');
  CHECK(address_of("FROM:<a+" + tag + "@b.test>") == "a+" + tag + "@b.test");
  CHECK(address_of("FROM:<another+" + tag + "@b.test>") == "(none)");
  for (const auto argument :
       {"", "FROM:", "FROM:anna@example.com", "FROM:<anna@example.com", "TO:<a@b>", "FROM:<a b@c>", "FROM:<a<b>",
        "FROM:<a@b>x", "FROM:<@a.example>", "FROM:<a\r\n@b>", "FROM:<\"a@b>", "FROM:<a@b> =x"})
    CHECK(address_of(argument) == "(none)");
}

TEST_CASE("parameters are words with or without a value") {
  const auto path = path_of("FROM:<a@b>  size=12 Body=8bitmime SMTPUTF8", "FROM:").value();
  REQUIRE(path.parameters.size() == 3);
  CHECK(path.parameters[0].key == "SIZE");
  CHECK(path.parameters[0].value == "12");
  CHECK(path.parameters[1].value == "8BITMIME");
  CHECK(path.parameters[2].value.empty());
  std::string many = "FROM:<a@b>";
  for (int i = 0; i < 17; ++i) many += " X=1";
  CHECK_FALSE(path_of(many, "FROM:"));
}

TEST_CASE("a size is up to twenty digits, and no number is too large to be understood") {
  CHECK(size_of("0").value() == 0);
  CHECK(size_of("52428800").value() == 52'428'800);
  CHECK(size_of("99999999999999999999").value() == std::numeric_limits<std::uint64_t>::max());
  for (const auto digits : {"", "-1", "+1", "1k", " 1", "999999999999999999999"}) CHECK_FALSE(size_of(digits));
}

}  // namespace
}  // namespace inboxd::ingest::lmtp
