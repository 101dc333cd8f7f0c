// Webhook checks, polling, health, registration and media of one bot.
#include "connectors/telegram/telegram.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/sdk/factory.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
using telegram::Reception;
using telegram::Telegram;

namespace inboxd::connectors::telegram {
Channel channel();
}

namespace {

const std::string base = "http://127.0.0.1:1";
const Telegram webhook_bot{{"123456:secret", "s3cret", Reception::webhook, base}};
const Telegram polling_bot{{"123456:secret", "", Reception::polling, base}};
const Timestamp noon = parse_rfc3339("2026-11-22T12:00:00Z").value();

Exchange answer(int status, std::string body, std::string label = "") {
  Exchange exchange;
  exchange.label = std::move(label);
  exchange.status = status;
  exchange.body = std::move(body);
  exchange.now = noon;
  return exchange;
}

int refused_status(const Telegram& bot, const std::string& method, Headers headers) {
  const auto verdict = bot.verify({method, "", std::move(headers), "{}"}, noon);
  const auto* refusal = std::get_if<RefuseWebhook>(&verdict);
  return refusal != nullptr ? refusal->status : 0;
}

CheckFinding finding(const CheckStep& step) {
  REQUIRE(std::holds_alternative<CheckFinding>(step));
  return std::get<CheckFinding>(step);
}

Settings settings(std::map<std::string, SettingValue> values) {
  Settings made;
  made.values = std::move(values);
  return made;
}

}  // namespace

TEST_CASE("telegram accepts only a POST with the secret") {
  const std::string name = "x-telegram-bot-api-secret-token";
  CHECK(refused_status(webhook_bot, "POST", {{name, "s3cret"}}) == 0);
  CHECK(refused_status(webhook_bot, "POST", {{name, "s3creT"}}) == 403);
  CHECK(refused_status(webhook_bot, "POST", {{name, "s3cre"}}) == 403);
  CHECK(refused_status(webhook_bot, "POST", {}) == 401);
  CHECK(refused_status(webhook_bot, "GET", {{name, "s3cret"}}) == 403);
}

TEST_CASE("telegram without a secret refuses every webhook and says how to mend it") {
  const Telegram open_bot{{"123456:secret", "", Reception::webhook, base}};
  CHECK(refused_status(open_bot, "POST", {}) == 403);
  CHECK(refused_status(open_bot, "POST", {{"x-telegram-bot-api-secret-token", ""}}) == 403);
  REQUIRE(open_bot.settings_finding());
  CHECK(open_bot.settings_finding()->code == "webhook_secret_missing");
  CHECK(open_bot.settings_finding()->state == InboxHealthState::unhealthy);
  CHECK(finding(open_bot.next_check_step({})).code == "webhook_secret_missing");
  CHECK(finding(open_bot.next_registration_step("https://x.test/hooks/t", {})).code == "webhook_secret_missing");
  CHECK_FALSE(polling_bot.settings_finding());
}

TEST_CASE("telegram's settings: a token and a secret that Telegram could not have are refused by key") {
  const auto channel = telegram::channel();
  CHECK(channel.make(settings({{"token", std::string("123:AAE-x_1")}})).ok());
  const auto bad_token = channel.make(settings({{"token", std::string("123:a/../b")}}));
  REQUIRE_FALSE(bad_token);
  CHECK(bad_token.error().detail.find("token:") == 0);
  CHECK(bad_token.error().detail.find("a/../b") == std::string::npos);
  const auto bad_secret =
      channel.make(settings({{"token", std::string("1:A")}, {"secret_token", std::string("not allowed")}}));
  REQUIRE_FALSE(bad_secret);
  CHECK(bad_secret.error().detail.find("secret_token:") == 0);
  const auto made = channel.make(settings({{"token", std::string("1:A")}, {"api_base", std::string("http://h:1/")}}));
  CHECK(made.value()->account() == "1");
  CHECK(made.value()->base_urls() == std::vector<std::string>{"http://h:1"});
}

TEST_CASE("telegram polls from the stored offset and moves it only with what it read") {
  const Transfer first = polling_bot.poll_request("");
  CHECK(first.url == base + "/bot123456:secret/getUpdates");
  CHECK(first.repeatable);
  CHECK(first.timeout > std::chrono::seconds(35));
  const auto asked = boost::json::parse(std::get<TextBody>(first.body).text).as_object();
  CHECK_FALSE(asked.contains("offset"));
  CHECK(boost::json::serialize(asked.at("allowed_updates")).find("message_reaction") != std::string::npos);
  const auto result = polling_bot.poll_answer(
      "", answer(200, R"({"ok":true,"result":[{"update_id":7,"message":{"message_id":1,"date":9,"text":"a",)"
                      R"("chat":{"id":77,"type":"private"}}},{"update_id":8,"inline_query":{"id":"1"}}]})"));
  CHECK(result.inbound.events.size() == 1);
  CHECK(result.inbound.malformed.find("inline_query") != std::string::npos);
  CHECK(result.state == "9");
  CHECK(result.wait == Milliseconds(0));
  CHECK(result.finding->state == InboxHealthState::healthy);
  CHECK(std::get<TextBody>(polling_bot.poll_request("9").body).text.find("\"offset\":9") != std::string::npos);
}

TEST_CASE("telegram: after a poll that brought nothing the offset stays, and errors slow down") {
  const auto empty = polling_bot.poll_answer("9", answer(200, R"({"ok":true,"result":[]})"));
  CHECK(empty.state == "9");
  CHECK(empty.wait == std::chrono::seconds(1));
  const auto conflict = polling_bot.poll_answer(
      "9",
      answer(
          409,
          R"({"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active"})"));
  CHECK(conflict.state == "9");
  CHECK(conflict.wait == std::chrono::seconds(30));
  CHECK(conflict.finding->code == "poll_conflict");
  CHECK(conflict.finding->state == InboxHealthState::unhealthy);
  const auto refused =
      polling_bot.poll_answer("9", answer(401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})"));
  CHECK(refused.finding->code == "token_rejected");
  const auto slow = polling_bot.poll_answer(
      "9", answer(429, R"({"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":12}})"));
  CHECK(slow.wait == std::chrono::seconds(12));
  Exchange lost;
  lost.failure = TransferFailure::lost;
  CHECK(polling_bot.poll_answer("9", lost).state == "9");
  CHECK(polling_bot.poll_answer("9", answer(200, "garbage")).state == "9");
  CHECK(polling_bot.poll_answer("9", answer(200, R"({"ok":true,"result":"?"})")).finding->state ==
        InboxHealthState::degraded);
}

TEST_CASE("telegram registers its webhook with the secret and everything it understands") {
  const CheckStep step = webhook_bot.next_registration_step("https://x.test/hooks/t", {});
  const auto& transfer = std::get<Transfer>(step);
  CHECK(transfer.label == "setWebhook");
  const auto asked = boost::json::parse(std::get<TextBody>(transfer.body).text).as_object();
  CHECK(asked.at("url").as_string() == "https://x.test/hooks/t");
  CHECK(asked.at("secret_token").as_string() == "s3cret");
  CHECK(asked.at("allowed_updates").as_array().size() == 11);
  CHECK(finding(webhook_bot.next_registration_step("u", {answer(200, R"({"ok":true,"result":true})")})).state ==
        InboxHealthState::healthy);
  CHECK(finding(webhook_bot.next_registration_step(
                    "u", {answer(400, R"({"ok":false,"error_code":400,"description":"Bad Request: bad webhook"})")}))
            .code == "webhook_refused");
  CHECK_FALSE(polling_bot.registration_wanted());
}

TEST_CASE("telegram's check asks who we are, then whether updates arrive") {
  CHECK(std::get<Transfer>(webhook_bot.next_check_step({})).label == "getMe");
  const Exchange me = answer(200, R"({"ok":true,"result":{"id":123456,"is_bot":true,"username":"shop_bot"}})");
  CHECK(std::get<Transfer>(webhook_bot.next_check_step({me})).label == "getWebhookInfo");
  const auto with = [&](const Telegram& bot, const std::string& result) {
    return finding(bot.next_check_step({me, answer(200, R"({"ok":true,"result":)" + result + "}")}));
  };
  const auto fine = with(webhook_bot, R"({"url":"https://x.test/hooks/t","pending_update_count":0})");
  CHECK(fine.state == InboxHealthState::healthy);
  CHECK(fine.account == "123456");
  const auto failing =
      with(webhook_bot, R"({"url":"https://x.test","last_error_date":)" + std::to_string(to_unix_ms(noon) / 1000 - 60) +
                            R"(,"last_error_message":"Connection refused"})");
  CHECK(failing.code == "webhook_failing");
  CHECK(failing.detail.find("Connection refused") != std::string::npos);
  CHECK(with(webhook_bot, R"({"url":"https://x.test","last_error_date":9,"last_error_message":"old"})").state ==
        InboxHealthState::healthy);
  CHECK(with(webhook_bot, R"({"url":""})").code == "webhook_not_set");
  CHECK(with(polling_bot, R"({"url":"https://x.test"})").code == "webhook_active");
  CHECK(with(polling_bot, R"({"url":""})").state == InboxHealthState::healthy);
  CHECK(
      finding(webhook_bot.next_check_step({answer(401, R"({"ok":false,"error_code":401,"description":"U"})")})).code ==
      "token_rejected");
}

TEST_CASE("telegram fetches a file in two steps and asks for a new path when the old one expired") {
  const InboundAttachment file{"BQAC", "a.pdf", "application/pdf", 1000, ""};
  CHECK(std::get<TextBody>(std::get<Transfer>(webhook_bot.next_fetch_step(file, {})).body).text ==
        R"({"file_id":"BQAC"})");
  const Exchange path =
      answer(200, R"({"ok":true,"result":{"file_id":"BQAC","file_path":"documents/file 1#.pdf"}})", "getFile");
  const FetchStep step = webhook_bot.next_fetch_step(file, {path});
  const auto& bytes = std::get<Transfer>(step);
  CHECK(bytes.method == "GET");
  CHECK(bytes.url == base + "/file/bot123456:secret/documents/file%201%23.pdf");
  CHECK(bytes.response_target == ResponseTarget::blob);
  Exchange fetched = answer(200, "", "file");
  fetched.blob = BlobRef{"abc", 1000};
  CHECK(std::get<MediaFetched>(webhook_bot.next_fetch_step(file, {path, fetched})).blob.hash == "abc");
  const Exchange expired = answer(404, "", "file");
  CHECK(std::get<Transfer>(webhook_bot.next_fetch_step(file, {path, expired})).label == "getFile");
  CHECK(std::holds_alternative<MediaRetry>(webhook_bot.next_fetch_step(file, {path, expired, path, expired})));
}

TEST_CASE("telegram: media that can never be fetched is gone, media that may come later is asked for again") {
  const InboundAttachment file{"BQAC", "a.pdf", "application/pdf", {}, ""};
  InboundAttachment large = file;
  large.size = (20U << 20U) + 1;
  CHECK(std::holds_alternative<MediaGone>(webhook_bot.next_fetch_step(large, {})));
  const auto refuse = [&](int code, const std::string& words) {
    return webhook_bot.next_fetch_step(
        file, {answer(code,
                      R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" + words +
                          R"(","parameters":{"retry_after":4}})",
                      "getFile")});
  };
  CHECK(std::holds_alternative<MediaGone>(refuse(400, "Bad Request: file is too big")));
  CHECK(std::holds_alternative<MediaGone>(refuse(400, "Bad Request: wrong file_id")));
  CHECK(std::get<MediaRetry>(refuse(429, "Too Many Requests")).delay == std::chrono::seconds(4));
  CHECK(std::holds_alternative<MediaRetry>(refuse(500, "Internal")));
  CHECK(std::holds_alternative<MediaRetry>(refuse(401, "Unauthorized")));
  Exchange too_large;
  too_large.label = "file";
  too_large.failure = TransferFailure::too_large;
  CHECK(std::holds_alternative<MediaGone>(webhook_bot.next_fetch_step(file, {too_large})));
}

TEST_CASE("telegram answers pressed buttons and shows typing") {
  const Transfer acknowledged = webhook_bot.acknowledge({"4382"});
  CHECK(acknowledged.label == "answerCallbackQuery");
  CHECK(acknowledged.repeatable);
  CHECK(std::get<TextBody>(acknowledged.body).text == R"({"callback_query_id":"4382"})");
  CHECK(std::get<TextBody>(webhook_bot.show_typing("77", "")->body).text == R"({"chat_id":77,"action":"typing"})");
  CHECK(std::get<TextBody>(webhook_bot.show_typing("-100123/5", "")->body).text ==
        R"({"chat_id":-100123,"action":"typing","message_thread_id":5})");
  CHECK_FALSE(webhook_bot.show_typing("nonsense", ""));
}
