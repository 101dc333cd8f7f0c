// How many new visitors may come from where.
#include "daemon/visitors/visitors.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/visitor_desk.hpp"

using namespace inboxd;

namespace {

struct Door : VisitorDesk {
  std::string knock(const std::string& visitor_token, const std::string& address) {
    std::optional<Result<visitors::SessionAnswer>> answer;
    visitors.open_session(entrance(), {visitor_token, {}, "it", address},
                          [&](Result<visitors::SessionAnswer> given) { answer.emplace(std::move(given)); });
    return *answer ? (*answer)->visitor_token : std::string(enum_name(answer->error().code));
  }
  const int most = static_cast<int>(connectors::VisitorLimits{}.visitors_per_hour_max);
};

}  // namespace

TEST_CASE("a visitor token that nobody gave out does not make a new visitor cheaper") {
  Door desk;
  const auto token = desk.knock("", "192.0.2.1");
  for (int i = 1; i < desk.most; ++i) desk.knock("made up " + std::to_string(i), "192.0.2.1");
  CHECK(desk.knock("made up", "192.0.2.1") == "rate_limited");
  CHECK(desk.knock("", "192.0.2.1") == "rate_limited");
  CHECK(desk.knock(token, "192.0.2.1") == token);
}

TEST_CASE("whoever has a whole IPv6 network is one address all the same") {
  Door desk;
  for (int i = 0; i < desk.most; ++i) desk.knock("", "2001:db8:1:2::" + std::to_string(i));
  CHECK(desk.knock("", "2001:db8:1:2:3:4:5:6") == "rate_limited");
  CHECK(desk.knock("", "2001:db8:1:3::1") != "rate_limited");
}
