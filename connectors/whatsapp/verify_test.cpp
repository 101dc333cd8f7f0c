// Only what Meta signed, or what knows the verify token, comes in.
#include "connectors/whatsapp/verify.hpp"

#include "connectors/sdk/signature.hpp"
#include "connectors/whatsapp/test_account.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd::connectors;
using namespace inboxd::connectors::whatsapp;

namespace {

WebhookVerdict handshake(const std::string& query, const Account& account = test_account()) {
  return verify_webhook(account, {"GET", query, {}, ""});
}

bool signed_with(const std::string& header, const std::string& body = "{}") {
  const auto verdict = verify_webhook(test_account(), {"POST", "", {{"x-hub-signature-256", header}}, body});
  return std::holds_alternative<AcceptWebhook>(verdict);
}

}  // namespace

TEST_CASE("whatsapp verify: the handshake gives the challenge back, percent-decoded token and all") {
  for (const auto* token : {"verify+me", "verify%20me", "v%65rify%20me"}) {
    const auto verdict = handshake(std::string("hub.mode=subscribe&hub.challenge=4711&hub.verify_token=") + token);
    REQUIRE(std::holds_alternative<ReplyToChallenge>(verdict));
    CHECK(std::get<ReplyToChallenge>(verdict).body == "4711");
  }
}

TEST_CASE("whatsapp verify: any other handshake is refused") {
  for (const auto* query :
       {"", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=no", "hub.challenge=1&hub.verify_token=verify+me",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify+me",
        "hub.mode=subscribe&hub.verify_token=verify+me",
        "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=verify+me",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify%2", "hub.verify_token=verify+me&hub.mode"})
    CHECK(std::get<RefuseWebhook>(handshake(query)).status == 403);
}

TEST_CASE("whatsapp verify: only the exact lower-case signature of the raw bytes is accepted") {
  const auto good = "sha256=" + hmac_sha256_hex("app-secret", "{}");
  CHECK(signed_with(good));
  CHECK_FALSE(signed_with(good, "{} "));
  CHECK_FALSE(signed_with("SHA256=" + good.substr(7)));
  CHECK_FALSE(signed_with(good.substr(7)));
  CHECK_FALSE(signed_with(good.substr(0, good.size() - 1)));
  CHECK_FALSE(signed_with(" " + good));
  CHECK_FALSE(signed_with(""));
  CHECK_FALSE(signed_with("sha256="));
  auto upper = good;
  for (auto& c : upper)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
  CHECK(signed_with(upper) == (upper == good));
}

TEST_CASE("whatsapp verify: without a secret nothing is accepted") {
  auto account = test_account();
  account.app_secret.clear();
  account.verify_token.clear();
  const auto empty_key = "sha256=" + hmac_sha256_hex("", "{}");
  CHECK(std::holds_alternative<RefuseWebhook>(
      verify_webhook(account, {"POST", "", {{"x-hub-signature-256", empty_key}}, "{}"})));
  CHECK(std::holds_alternative<RefuseWebhook>(
      handshake("hub.mode=subscribe&hub.challenge=1&hub.verify_token=", account)));
  CHECK(std::holds_alternative<RefuseWebhook>(verify_webhook(test_account(), {"PUT", "", {}, ""})));
}
