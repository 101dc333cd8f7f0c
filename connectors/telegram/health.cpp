// getMe, getWebhookInfo and setWebhook. https://core.telegram.org/bots/api#setwebhook
#include "connectors/telegram/health.hpp"

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/api.hpp"
#include "connectors/telegram/updates.hpp"

namespace inboxd::connectors::telegram {
namespace {

CheckFinding unhealthy(std::string code, std::string detail) {
  return {InboxHealthState::unhealthy, std::move(code), std::move(detail), {}};
}

CheckFinding finding_of(const ApiAnswer& answer) {
  if (answer.kind == AnswerKind::refused && (answer.code == 401 || answer.code == 404))
    return unhealthy("token_rejected",
                     "Telegram does not accept the bot's token: copy the current one from @BotFather into the "
                     "configuration.");
  if (answer.kind == AnswerKind::refused && answer.code / 100 == 4 && answer.code != 429)
    return unhealthy("refused", "Telegram refused: " + answer.description);
  return {InboxHealthState::degraded,
          "provider_unreachable",
          "Telegram gave no usable answer; check api_base and the network. " + answer.description,
          {}};
}

CheckFinding webhook_finding(const BotSettings& settings, const ApiAnswer& answer, Timestamp now) {
  constexpr std::chrono::minutes recent{10};
  const std::string url = text_of(answer.result, "url");
  const std::string error = text_of(answer.result, "last_error_message");
  const auto failed_at = from_unix_seconds(integer_of(answer.result, "last_error_date"));
  CheckFinding finding{InboxHealthState::healthy, {}, {}, bot_id(settings)};
  const bool polling = settings.reception == Reception::polling;
  if (polling && !url.empty()) {
    finding = unhealthy("webhook_active",
                        "Telegram sends this bot's updates to a webhook and will not answer polls: remove it "
                        "(deleteWebhook) or set mode = \"webhook\".");
  } else if (!polling && url.empty()) {
    finding.state = InboxHealthState::degraded;
    finding.code = "webhook_not_set";
    finding.detail =
        "Telegram has no webhook for this bot: set server.public_url to an https address, or mode = \"polling\".";
  } else if (!polling && !error.empty() && now - failed_at < recent) {
    finding.state = InboxHealthState::degraded;
    finding.code = "webhook_failing";
    finding.detail = "Telegram could not deliver to our webhook: " + error;
  }
  finding.account = bot_id(settings);
  return finding;
}

}  // namespace

std::optional<CheckFinding> settings_finding(const BotSettings& settings) {
  if (settings.reception == Reception::polling || !settings.secret_token.empty()) return std::nullopt;
  return unhealthy("webhook_secret_missing",
                   "Set secret_token (1 to 256 letters, digits, _ or -) for this inbox, or mode = \"polling\": without "
                   "it every webhook is refused, because anybody could have sent it.");
}

CheckStep next_check(const BotSettings& settings, const Exchanges& done) {
  if (auto finding = settings_finding(settings)) return *std::move(finding);
  if (done.empty()) return call(settings, "getMe", {}, Effect::none);
  const ApiAnswer answer = read_answer(done.back());
  if (answer.kind != AnswerKind::ok) return finding_of(answer);
  if (done.size() == 1) {
    const std::string id = id_of(answer.result, "id");
    if (id.empty()) return unhealthy("not_a_bot_api", "api_base answers, but not as Telegram's Bot API does.");
    return call(settings, "getWebhookInfo", {}, Effect::none);
  }
  CheckFinding finding = webhook_finding(settings, answer, done.back().now);
  const auto me = parse_json(done.front().body);
  if (me) finding.account = id_of(member(*me, "result"), "id");
  return finding;
}

CheckStep next_registration(const BotSettings& settings, const std::string& webhook_url, const Exchanges& done) {
  if (auto finding = settings_finding(settings)) return *std::move(finding);
  if (done.empty()) {
    boost::json::array wanted;
    for (const std::string_view update : wanted_updates()) wanted.emplace_back(update);
    return call(settings, "setWebhook",
                {{"url", webhook_url},
                 {"secret_token", settings.secret_token},
                 {"allowed_updates", std::move(wanted)},
                 {"max_connections", 40}},
                Effect::none);
  }
  const ApiAnswer answer = read_answer(done.back());
  if (answer.kind == AnswerKind::ok) return CheckFinding{InboxHealthState::healthy, {}, {}, bot_id(settings)};
  CheckFinding finding = finding_of(answer);
  if (finding.code == "refused") {
    finding.code = "webhook_refused";
    finding.detail = "Telegram refused our webhook address: " + answer.description;
  }
  return finding;
}

}  // namespace inboxd::connectors::telegram
