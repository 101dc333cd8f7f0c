// A refresh token that the provider replaced, and the one that a person configures.
#include "connectors/email/login.hpp"

#include "tests/support/catch.hpp"

namespace inboxd::connectors::email {
namespace {

const RefreshGrant configured{"https://login.example/token", "client", "", "first"};

Exchange answer(int status, std::string body) {
  Exchange exchange;
  exchange.status = status;
  exchange.body = std::move(body);
  return exchange;
}

TEST_CASE("email: the refresh token that an answer brings takes the place of the one that asked") {
  CHECK(current_grant(configured, "") == configured);
  const auto second = refreshed_grant(configured, "", answer(200, R"({"access_token":"a","refresh_token":"second"})"));
  REQUIRE(second);
  CHECK(current_grant(configured, *second).refresh_token == "second");
  CHECK_FALSE(refreshed_grant(configured, *second, answer(200, R"({"access_token":"b","refresh_token":"second"})")));
  const auto third = refreshed_grant(configured, *second, answer(200, R"({"refresh_token":"third"})"));
  REQUIRE(third);
  CHECK(current_grant(configured, *third).refresh_token == "third");
  CHECK(third->find("first") == std::string::npos);
}

TEST_CASE("email: a grant that a person configures anew counts again") {
  const auto second = *refreshed_grant(configured, "", answer(200, R"({"refresh_token":"second"})"));
  auto anew = configured;
  anew.refresh_token = "granted again";
  CHECK(current_grant(anew, second).refresh_token == "granted again");
  auto other_client = configured;
  other_client.client_id = "another";
  CHECK(current_grant(other_client, second).refresh_token == "first");
}

TEST_CASE("email: an answer without a refresh token, a refusal and nonsense change nothing") {
  CHECK_FALSE(refreshed_grant(configured, "", answer(200, R"({"access_token":"a"})")));
  CHECK_FALSE(refreshed_grant(configured, "", answer(200, R"({"access_token":"a","refresh_token":"first"})")));
  CHECK_FALSE(refreshed_grant(configured, "", answer(200, R"({"refresh_token":7})")));
  CHECK_FALSE(refreshed_grant(configured, "", answer(200, "<html>")));
  CHECK_FALSE(refreshed_grant(configured, "", answer(400, R"({"refresh_token":"second"})")));
  CHECK(current_grant(configured, "nonsense").refresh_token == "first");
}

}  // namespace
}  // namespace inboxd::connectors::email
