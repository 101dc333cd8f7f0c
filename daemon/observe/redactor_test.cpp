// Secrets do not pass the redactor in any form that it promises to know; other text is left as it is.
#include "daemon/observe/redactor.hpp"

#include "tests/support/catch.hpp"

namespace inboxd::observe {
namespace {

TEST_CASE("registered secrets are masked wherever they stand, also percent-encoded", "[redactor]") {
  Redactor redactor;
  redactor.add("s3cret/value");
  redactor.add("s3cret/value-that-is-longer");
  CHECK(redactor.redact("a s3cret/value b s3cret/value") == "a [redacted] b [redacted]");
  CHECK(redactor.redact("s3cret/value-that-is-longer") == "[redacted]");
  CHECK(redactor.redact("x=s3cret%2Fvalue") == "x=[redacted]");
}

TEST_CASE("short secrets and other text stay", "[redactor]") {
  Redactor redactor;
  redactor.add("");
  redactor.add("abc");
  CHECK(redactor.redact("abc robot bot 12 bottle https://host/path") == "abc robot bot 12 bottle https://host/path");
}

TEST_CASE("credentials are masked by their form", "[redactor]") {
  const Redactor redactor;
  CHECK(redactor.redact("POST /bot123456:AAE-x_y/sendMessage") == "POST /bot[redacted]/sendMessage");
  CHECK(redactor.redact("/file/bot1:A/photos/1.jpg") == "/file/bot[redacted]/photos/1.jpg");
  CHECK(redactor.redact("Authorization: bearer EAAG.x, more") == "Authorization: bearer [redacted], more");
  CHECK(redactor.redact("?a=b&access_token=EAAG&c=d") == "?a=b&access_token=[redacted]&c=d");
  CHECK(redactor.redact("imaps://user:pass@host:993/") == "imaps://[redacted]@host:993/");
  CHECK(redactor.redact("password= x") == "password= x");
}

TEST_CASE("masking twice changes nothing more", "[redactor]") {
  Redactor redactor;
  redactor.add("hunter2hunter2");
  const auto once = redactor.redact("token=hunter2hunter2 /bot1:a/x Bearer y");
  CHECK(redactor.redact(once) == once);
}

}  // namespace
}  // namespace inboxd::observe
