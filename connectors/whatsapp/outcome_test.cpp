// Each of Graph's answers ends in what the caller must do; only certain refusals are tried again by themselves.
#include "connectors/whatsapp/outcome.hpp"

#include "connectors/whatsapp/test_account.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
using namespace inboxd::connectors::whatsapp;

namespace {

SendOutcome outcome(const Exchange& answer, Effect effect = Effect::visible) {
  const auto refusal = refusal_of(answer, effect);
  REQUIRE(refusal.has_value());
  return *refusal;
}

template <class T>
T outcome_as(const Exchange& answer, Effect effect = Effect::visible) {
  const auto found = outcome(answer, effect);
  INFO("status " << answer.status << " " << answer.body);
  REQUIRE(std::holds_alternative<T>(found));
  return std::get<T>(found);
}

}  // namespace

TEST_CASE("whatsapp outcome: codes that pass later are retried, in their own scope") {
  for (const int code : {2, 4, 80007, 130429, 131016, 131057, 133016})
    CHECK(outcome_as<RetryAfter>(refused(400, code)).scope == RetryScope::inbox);
  for (const int code : {1, 131000, 131056, 135000})
    CHECK(outcome_as<RetryAfter>(refused(400, code)).scope == RetryScope::conversation);
  CHECK(outcome_as<RetryAfter>(refused(400, 131056)).code == "pair_rate_limited");
}

TEST_CASE("whatsapp outcome: what a person must mend pauses the inbox") {
  for (const int code :
       {0, 3, 10, 190, 200, 210, 299, 368, 131005, 131031, 131037, 131042, 131044, 131045, 131048, 131064, 130497}) {
    CHECK_FALSE(outcome_as<NeedsAttention>(refused(403, code)).why.empty());
  }
  const auto missing =
      answered(400, R"({"error":{"code":100,"error_subcode":33,"message":"Unsupported post request"}})");
  CHECK(outcome_as<NeedsAttention>(missing).code == "number_unknown");
}

TEST_CASE("whatsapp outcome: final refusals have a code and a sentence") {
  for (const int code :
       {100,    130472, 131008, 131009, 131021, 131030, 131049, 131050, 131051, 131052, 131053, 131062,
        131063, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068, 132069, 137000})
    CHECK_FALSE(outcome_as<Rejected>(refused(400, code)).unreachable);
  CHECK(outcome_as<Rejected>(refused(400, 131047)).code == "window_closed");
  CHECK(outcome_as<Rejected>(refused(400, 131026)).unreachable);
  // The code decides even where the HTTP status says another thing.
  CHECK(outcome_as<Rejected>(refused(500, 131047)).code == "window_closed");
  CHECK(outcome_as<Rejected>(refused(200, 131047)).code == "window_closed");
}

TEST_CASE("whatsapp outcome: unknown codes go by is_transient, then by the HTTP status") {
  const auto transient = answered(400, R"({"error":{"code":777777,"is_transient":true,"message":"m"}})");
  CHECK(outcome_as<RetryAfter>(transient).code == "whatsapp_777777");
  CHECK(outcome_as<Rejected>(refused(400, 777777)).code == "whatsapp_777777");
  CHECK(std::holds_alternative<RetryAfter>(outcome(refused(500, 777777))));
  CHECK(std::holds_alternative<RetryAfter>(outcome(refused(429, 777777))));
  CHECK(std::holds_alternative<NeedsAttention>(outcome(refused(401, 777777))));
}

TEST_CASE("whatsapp outcome: answers without an error object go by their HTTP status") {
  CHECK(std::holds_alternative<RetryAfter>(outcome(answered(503, ""))));
  CHECK(std::holds_alternative<RetryAfter>(outcome(answered(500, "oops"))));
  CHECK(std::holds_alternative<NeedsAttention>(outcome(answered(401, ""))));
  CHECK(std::holds_alternative<NeedsAttention>(outcome(answered(302, ""))));
  CHECK(std::holds_alternative<NeedsAttention>(outcome(answered(404, "<html>"))));
  CHECK(std::holds_alternative<Rejected>(outcome(answered(413, ""))));
  for (const int gateway : {502, 504}) {
    CHECK(std::holds_alternative<Unknown>(outcome(answered(gateway, "<html>"))));
    CHECK(std::holds_alternative<RetryAfter>(outcome(answered(gateway, "<html>"), Effect::invisible)));
    CHECK(std::holds_alternative<RetryAfter>(outcome(refused(gateway, 2))));
  }
}

TEST_CASE("whatsapp outcome: Retry-After is honoured up to an hour") {
  auto answer = refused(429, 130429);
  answer.headers = {{"retry-after", "7"}};
  CHECK(outcome_as<RetryAfter>(answer).delay == std::chrono::seconds(7));
  answer.headers = {{"retry-after", "999999"}};
  CHECK(outcome_as<RetryAfter>(answer).delay == std::chrono::hours(1));
  answer.headers = {{"retry-after", "soon"}};
  CHECK(outcome_as<RetryAfter>(answer).delay == Milliseconds{0});
}

TEST_CASE("whatsapp outcome: a lost answer is uncertain only where a customer may see it") {
  CHECK(std::holds_alternative<RetryAfter>(outcome(failed(TransferFailure::not_sent))));
  CHECK(std::holds_alternative<Unknown>(outcome(failed(TransferFailure::lost))));
  CHECK(std::holds_alternative<Unknown>(outcome(failed(TransferFailure::too_large))));
  CHECK(std::holds_alternative<RetryAfter>(outcome(failed(TransferFailure::lost), Effect::invisible)));
  CHECK(outcome_as<Rejected>(failed(TransferFailure::blob_gone)).code == "attachment_gone");
  CHECK(std::holds_alternative<Unknown>(garbled_answer(Effect::visible)));
  CHECK_FALSE(refusal_of(answered(200, "garbage"), Effect::visible).has_value());
}
