// https://core.telegram.org/bots/api#getupdates
#include "connectors/telegram/polling.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/api.hpp"
#include "connectors/telegram/updates.hpp"

namespace inboxd::connectors::telegram {
namespace {

constexpr std::chrono::seconds poll_timeout{25};
constexpr std::chrono::seconds answer_margin{15};
constexpr int updates_max = 100;
/// Some servers of this API answer at once whatever `timeout` says.
constexpr Milliseconds empty_wait{1'000};
constexpr Milliseconds error_wait{5'000};
constexpr Milliseconds conflict_wait{30'000};
constexpr Milliseconds token_wait{60'000};

std::int64_t offset_of(const std::string& state) {
  std::int64_t offset = 0;
  std::from_chars(state.data(), state.data() + state.size(), offset);
  return offset;
}

PollResult failed(const std::string& state, Milliseconds wait, CheckFinding finding) {
  PollResult result;
  result.state = state;
  result.wait = wait;
  result.finding = std::move(finding);
  return result;
}

PollResult refused(const std::string& state, const ApiAnswer& answer) {
  if (answer.code == 409)
    return failed(state, conflict_wait,
                  {InboxHealthState::unhealthy,
                   "poll_conflict",
                   "Telegram gives this bot's updates to somebody else: remove its webhook (deleteWebhook) or stop the "
                   "other program that polls. Telegram says: " +
                       answer.description,
                   {}});
  if (answer.code == 401 || answer.code == 404)
    return failed(state, token_wait,
                  {InboxHealthState::unhealthy,
                   "token_rejected",
                   "Telegram does not accept the bot's token: copy the current one from @BotFather into the "
                   "configuration.",
                   {}});
  if (answer.code == 429)
    return failed(state, std::max(answer.retry_after, empty_wait),
                  {InboxHealthState::degraded, "rate_limited", "Telegram asks to poll less often.", {}});
  return failed(state, error_wait,
                {InboxHealthState::degraded,
                 "poll_failed",
                 "Telegram refused to give updates; asking again. It says: " + answer.description,
                 {}});
}

void append(Inbound& all, Inbound&& one) {
  std::move(one.events.begin(), one.events.end(), std::back_inserter(all.events));
  std::move(one.acknowledgements.begin(), one.acknowledgements.end(), std::back_inserter(all.acknowledgements));
  if (one.malformed.empty()) return;
  if (!all.malformed.empty()) all.malformed += ' ';
  all.malformed += one.malformed;
}

}  // namespace

Transfer poll_request(const BotSettings& settings, const std::string& state) {
  boost::json::object parameters{{"limit", updates_max}, {"timeout", poll_timeout.count()}};
  if (const auto offset = offset_of(state); offset != 0) parameters["offset"] = offset;
  boost::json::array wanted;
  for (const std::string_view update : wanted_updates()) wanted.emplace_back(update);
  parameters["allowed_updates"] = std::move(wanted);
  Transfer transfer = call(settings, "getUpdates", parameters, Effect::none);
  transfer.timeout = poll_timeout + answer_margin;
  transfer.response_bytes_max = 16U << 20U;
  return transfer;
}

PollResult poll_answer(const BotSettings& settings, const std::string& state, const Exchange& exchange) {
  const ApiAnswer answer = read_answer(exchange);
  const auto* updates = answer.result.if_array();
  if (answer.kind == AnswerKind::refused) return refused(state, answer);
  if (answer.kind != AnswerKind::ok || updates == nullptr)
    return failed(state, error_wait,
                  {InboxHealthState::degraded,
                   "poll_failed",
                   "No answer to a poll for updates; asking again. " + answer.description,
                   {}});
  PollResult result;
  result.state = state;
  result.finding = CheckFinding{InboxHealthState::healthy, {}, {}, bot_id(settings)};
  if (updates->empty()) result.wait = empty_wait;
  const std::string own_id = bot_id(settings);
  for (const auto& update : *updates) {
    append(result.inbound, read_update(update, own_id));
    // The last one, not the largest: after a quiet week Telegram numbers from a random start.
    if (const auto id = integer_of(update, "update_id"); id > 0) result.state = std::to_string(id + 1);
  }
  return result;
}

}  // namespace inboxd::connectors::telegram
