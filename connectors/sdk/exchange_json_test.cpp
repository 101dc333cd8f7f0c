// A send's finished steps survive a restart.
#include "connectors/sdk/exchange_json.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;

TEST_CASE("exchanges read back as they were written") {
  Exchange upload;
  upload.label = "upload";
  upload.status = 200;
  upload.headers = {{"content-type", "application/json"}, {"retry-after", "3"}};
  upload.body = R"({"id":"f1","é":"\n"})";
  upload.blob = BlobRef{"00ff", 12};
  upload.now = parse_rfc3339("2026-11-22T12:00:00.007Z").value();
  upload.nonce = 18446744073709551615U;
  Exchange lost;
  lost.failure = TransferFailure::lost;
  lost.failure_detail = "The connection closed.";
  const Exchanges exchanges{upload, lost, Exchange{}};
  CHECK(exchanges_from_text(exchanges_to_text(exchanges)) == exchanges);
}

TEST_CASE("no exchanges are an empty text, and what is not ours is no exchanges") {
  CHECK(exchanges_to_text({}).empty());
  for (const std::string_view other : {"", "{}", "[", "17"}) CHECK(exchanges_from_text(other).empty());
}

TEST_CASE("what holds a secret is never written") {
  Exchange token;
  token.body = "secret";
  token.confidential = true;
  CHECK(exchanges_to_text({token}).empty());
  CHECK(exchanges_to_text({token, Exchange{}}).find("secret") == std::string::npos);
}

TEST_CASE("a failure of an unknown name counts as lost") {
  const auto exchanges = exchanges_from_text(R"([{"label":"send","failure":"evaporated"}])");
  REQUIRE(exchanges.size() == 1);
  CHECK(exchanges[0].failure == TransferFailure::lost);
}
