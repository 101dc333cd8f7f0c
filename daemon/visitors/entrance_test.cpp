// Which pages are let in.
#include "daemon/visitors/entrance.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::visitors;

TEST_CASE("a page is let in by its exact origin, as browsers write it, and a program without one") {
  connectors::VisitorRules rules;
  rules.allowed_origins = {"https://www.example.com", "http://localhost:8080"};
  for (const auto* origin : {"", "https://www.example.com", "https://WWW.example.com", "https://www.example.com:443",
                             "http://localhost:8080"})
    CHECK(origin_allowed(rules, origin));
  for (const auto* origin :
       {"null", "http://www.example.com", "https://example.com", "https://www.example.com.evil.test",
        "https://www.example.com:8443", "http://localhost", "https://evil.test/https://www.example.com"})
    CHECK_FALSE(origin_allowed(rules, origin));
}

TEST_CASE("without allowed origins no page is let in") { CHECK_FALSE(origin_allowed({}, "https://www.example.com")); }
