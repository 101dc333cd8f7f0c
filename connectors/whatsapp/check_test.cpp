// The connection test says in words what is well and what to mend; settings are refused by their key.
#include "connectors/whatsapp/check.hpp"

#include "connectors/sdk/factory.hpp"
#include "connectors/whatsapp/receipts.hpp"
#include "connectors/whatsapp/test_account.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
namespace inboxd::connectors::whatsapp {
Channel channel();
}
using namespace inboxd::connectors::whatsapp;

namespace {

const Exchange number = answered(200, R"({"id":"1122334455667","display_phone_number":"+39 06 12345678",
  "verified_name":"Negozio","quality_rating":"GREEN"})");

CheckFinding finding(const Account& account, const Exchanges& done) {
  return std::get<CheckFinding>(next_step_of_check(account, done));
}

std::string refusal_of(const std::string& key, const std::string& value) {
  Settings settings;
  for (const auto& definition : channel().settings)
    if (!definition.default_value.empty())
      settings.values[std::string(definition.key)] = std::string(definition.default_value);
  settings.values["phone_number_id"] = std::string("1122334455667");
  settings.values["access_token"] = std::string("EAAx");
  settings.values[key] = value;
  const auto made = channel().make(settings);
  return made ? "" : made.error().detail;
}

}  // namespace

TEST_CASE("whatsapp check: a number that Graph knows is healthy and named") {
  CHECK(std::get<Transfer>(next_step_of_check(test_account(), {})).repeatable);
  const auto found = finding(test_account(), {number});
  CHECK(found.state == InboxHealthState::healthy);
  CHECK(found.detail == "Connected as +39 06 12345678 (Negozio), quality GREEN.");
  CHECK(found.account == "1122334455667");
}

TEST_CASE("whatsapp check: with a business account the templates are counted") {
  auto account = test_account();
  account.business_account_id = "102290129340398";
  const auto list = std::get<Transfer>(next_step_of_check(account, {number}));
  CHECK(list.url.find("/102290129340398/message_templates?") != std::string::npos);
  const auto templates = answered(200, R"({"data":[{"name":"a","status":"APPROVED"},{"name":"b","status":"PAUSED"}]})");
  CHECK(finding(account, {number, templates}).detail.ends_with("1 of 2 templates approved."));
  CHECK(finding(account, {number, refused(400, 100)}).code == "templates_unreadable");
}

TEST_CASE("whatsapp check: what is wrong is said with what to do") {
  CHECK(finding(test_account(), {refused(401, 190)}).state == InboxHealthState::unhealthy);
  CHECK(finding(test_account(), {refused(401, 190)}).code == "token_expired");
  CHECK(finding(test_account(), {answered(200, R"({"id":"7"})")}).code == "number_unknown");
  CHECK(finding(test_account(), {failed(TransferFailure::not_sent)}).state == InboxHealthState::degraded);
  CHECK(finding(test_account(), {answered(200, R"({"id":"1122334455667","quality_rating":"RED"})")}).code ==
        "quality_low");
  auto account = test_account();
  CHECK_FALSE(missing_settings(account).has_value());
  account.verify_token.clear();
  CHECK(missing_settings(account)->code == "verify_token_missing");
  account.app_secret.clear();
  CHECK(missing_settings(account)->code == "app_secret_missing");
}

TEST_CASE("whatsapp settings: what would end in a wrong URL or header is refused by its key") {
  CHECK(refusal_of("graph_base", "http://127.0.0.1:9/").empty());
  CHECK(refusal_of("phone_number_id", "+39 06").starts_with("phone_number_id"));
  CHECK(refusal_of("phone_number_id", "1/../2").starts_with("phone_number_id"));
  CHECK(refusal_of("access_token", "a\r\nX: y").starts_with("access_token"));
  CHECK(refusal_of("access_token", "two words").find("two words") == std::string::npos);
  CHECK(refusal_of("graph_base", "ftp://x").starts_with("graph_base"));
  CHECK(refusal_of("graph_base", "https://u:p@x").starts_with("graph_base"));
  CHECK(refusal_of("graph_version", "23").starts_with("graph_version"));
  CHECK(refusal_of("business_account_id", "abc").starts_with("business_account_id"));
}

TEST_CASE("whatsapp receipts: read and typing name the customer's newest message") {
  CHECK_FALSE(read_request(test_account(), "").has_value());
  CHECK_FALSE(typing_request(test_account(), "").has_value());
  CHECK(json_of(*read_request(test_account(), "wamid.1")) ==
        boost::json::parse(R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.1"})"));
  CHECK(json_of(*typing_request(test_account(), "wamid.1")) ==
        boost::json::parse(R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.1",
          "typing_indicator":{"type":"text"}})"));
}
