// Whose Authentication-Results count, and what they may hide.
#include "connectors/email/mail/checks.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd::connectors::email;

namespace {

std::string checked(const std::string& header, std::string_view authserv_id = "mx.shop.example") {
  const auto checks = sender_checks(fields_of(header), authserv_id);
  return checks.spf + '|' + checks.dkim + '|' + checks.dmarc;
}

}  // namespace

TEST_CASE("email checks: the topmost result of our own server counts, and nobody else's") {
  const std::string ours = "Authentication-Results: MX.shop.example; spf=fail x=y; dkim=none; dmarc=fail\n";
  CHECK(checked(ours) == "fail|none|fail");
  CHECK(checked("Authentication-Results: evil.example; spf=pass\n" + ours) == "fail|none|fail");
  CHECK(checked(ours + "Authentication-Results: mx.shop.example; spf=pass; dmarc=pass\n") == "fail|none|fail");
  CHECK(checked("Authentication-Results: mx.shop.example.evil.example; spf=pass\n") == "||");
  CHECK(checked(ours, "") == "||");
}

TEST_CASE("email checks: comments, versions and quotes say nothing") {
  CHECK(checked("Authentication-Results: (a;b) mx.shop.example 1 (x); spf=(dkim=pass)pass (google.com: domain; "
                "dmarc=pass) smtp.mailfrom=a;\n"
                " dkim/1 = fail reason=\"; dmarc=pass\"; dmarc=none") == "pass|fail|none");
  CHECK(checked("Authentication-Results: mx.shop.example; none") == "||");
  CHECK(checked("Authentication-Results: mx.shop.example; dkim=fail; dkim=pass header.d=x; dkim=fail") == "|pass|");
  CHECK(checked("Authentication-Results: mx.shop.example; spf=<script>; dmarc=" + std::string(500, 'a')) == "||");
  CHECK(checked("Authentication-Results: mx.shop.example; ((((((((; spf=pass \\") == "||");
}
