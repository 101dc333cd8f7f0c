// Tokens and signed links: made of enough randomness, read strictly, worth nothing once changed or expired.
#include "daemon/http/auth/token.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/seeded_random.hpp"

namespace inboxd::http {

TEST_CASE("tokens are long, URL-safe and never the same; their hash is 32 bytes") {
  SeededRandom random;
  const auto token = make_token(random);
  CHECK(token.size() == 47);
  CHECK(token.starts_with("ibx_"));
  CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
        std::string::npos);
  CHECK(make_token(random) != token);
  CHECK(hash_token(token).size() == 32);
}

TEST_CASE("only a bearer's token is taken, whatever the case of the scheme") {
  CHECK(bearer_token("Bearer abc") == "abc");
  CHECK(bearer_token("bEARER abc") == "abc");
  for (const auto* other : {"", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "abc"})
    CHECK(bearer_token(other).empty());
}

TEST_CASE("a media link opens its attachment until it expires, and nothing once a byte of it is changed") {
  SeededRandom random;
  const MediaLinks links(random);
  const auto expires_at = from_unix_ms(1'000'000);
  const auto token = links.sign(AttachmentId{42}, expires_at);
  CHECK(links.verify(token, expires_at - Milliseconds{1}) == AttachmentId{42});
  CHECK_FALSE(links.verify(token, expires_at));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == '1' ? '2' : '1';
    CHECK_FALSE(links.verify(changed, from_unix_ms(0)));
  }
  for (const auto& rubbish : {std::string(), std::string("."), std::string(".."), std::string("1.2"),
                              token.substr(0, token.size() - 1), token + "A", std::string(300, '.')})
    CHECK_FALSE(links.verify(rubbish, from_unix_ms(0)));
  const MediaLinks after_a_restart(random);
  CHECK_FALSE(after_a_restart.verify(token, from_unix_ms(0)));
}

}  // namespace inboxd::http
