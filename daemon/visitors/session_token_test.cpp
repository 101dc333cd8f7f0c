// What a token says, and what a changed one is worth.
#include "daemon/visitors/session_token.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/seeded_random.hpp"

using namespace inboxd;
using namespace inboxd::visitors;

namespace {
const Timestamp noon = from_unix_ms(1'763'800'000'000);
const Session session{VisitorId{7}, InboxId{3}, noon + std::chrono::minutes{30}};
}  // namespace

TEST_CASE("a session token says who and where until it expires") {
  SeededRandom random;
  const SessionTokens tokens(random);
  const auto read = tokens.verify(tokens.sign(session), noon);
  REQUIRE(read);
  CHECK(read->visitor == session.visitor);
  CHECK(read->inbox == session.inbox);
  CHECK(read->expires_at == session.expires_at);
  CHECK_FALSE(tokens.verify(tokens.sign(session), session.expires_at));
}

TEST_CASE("a changed session token, or one of another process, is worth nothing") {
  SeededRandom random;
  const SessionTokens tokens(random);
  const SessionTokens others(random);
  const auto token = tokens.sign(session);
  CHECK_FALSE(others.verify(token, noon));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == '1' ? '2' : '1';
    CHECK_FALSE(tokens.verify(changed, noon));
  }
  for (const auto* nonsense : {"", ".", "...", "7.3", "a.b.c.d"}) CHECK_FALSE(tokens.verify(nonsense, noon));
  CHECK_FALSE(tokens.verify(std::string(10'000, '1'), noon));
}

TEST_CASE("visitor tokens are long, random and kept as hashes") {
  SeededRandom random;
  const auto one = make_visitor_token(random);
  CHECK(one.size() == 47);
  CHECK(one != make_visitor_token(random));
  CHECK(hash_visitor_token(one).size() == 32);
  CHECK(make_visitor_handle(random).starts_with("visitor-"));
}
