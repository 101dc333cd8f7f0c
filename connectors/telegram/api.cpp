// Builds calls of the Bot API and reads their answers.
#include "connectors/telegram/api.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/serialize.hpp>

#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::telegram {
namespace {

Transfer method_transfer(const BotSettings& settings, std::string_view method) {
  Transfer transfer;
  transfer.label = method;
  transfer.url = settings.api_base + "/bot" + settings.token + '/' + std::string(method);
  return transfer;
}

/// Seconds from the body, else from the header that Telegram sends as well.
Milliseconds wanted_delay(const boost::json::value& parameters, const Exchange& exchange) {
  constexpr std::int64_t seconds_max = std::int64_t{24} * 3600;
  std::int64_t seconds = integer_of(parameters, "retry_after");
  if (seconds <= 0) {
    const std::string_view header = header_of(exchange.headers, "retry-after");
    std::from_chars(header.data(), header.data() + header.size(), seconds);
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, seconds_max));
}

ApiAnswer read_status(const Exchange& exchange) {
  ApiAnswer answer;
  answer.code = exchange.status;
  const auto body = parse_json(exchange.body);
  const bool telegram_speaks = body && member(*body, "ok").is_bool();
  if (telegram_speaks && flag_of(*body, "ok") && exchange.status / 100 == 2) {
    answer.kind = AnswerKind::ok;
    answer.result = member(*body, "result");
    return answer;
  }
  if (telegram_speaks && !flag_of(*body, "ok")) {
    const auto code = static_cast<int>(integer_of(*body, "error_code"));
    if (code >= 400 && code < 600) answer.code = code;
    answer.description = text_of(*body, "description");
    const auto& parameters = member(*body, "parameters");
    answer.migrate_to_chat_id = integer_of(parameters, "migrate_to_chat_id");
    answer.retry_after = wanted_delay(parameters, exchange);
  } else {
    answer.description = "HTTP status " + std::to_string(exchange.status) + " without an answer of Telegram's.";
    answer.retry_after = wanted_delay({}, exchange);
  }
  // A gateway that gave up waiting (504) does not know whether Telegram went on.
  const bool undecided = answer.code < 400 || (answer.code == 504 && !telegram_speaks);
  answer.kind = undecided ? AnswerKind::lost : AnswerKind::refused;
  return answer;
}

}  // namespace

Transfer call(const BotSettings& settings, std::string_view method, const boost::json::object& parameters,
              Effect effect) {
  Transfer transfer = method_transfer(settings, method);
  transfer.body = TextBody{"application/json", boost::json::serialize(parameters)};
  transfer.repeatable = effect == Effect::none;
  return transfer;
}

Transfer upload(const BotSettings& settings, std::string_view method, FormBody form) {
  Transfer transfer = method_transfer(settings, method);
  transfer.body = std::move(form);
  transfer.timeout = std::chrono::minutes(5);  // 50 MB over a slow line
  return transfer;
}

ApiAnswer read_answer(const Exchange& exchange) {
  ApiAnswer answer;
  answer.description = exchange.failure_detail;
  switch (exchange.failure) {
    case TransferFailure::none:
      return read_status(exchange);
    case TransferFailure::not_sent:
      answer.kind = AnswerKind::not_sent;
      return answer;
    case TransferFailure::lost:
    case TransferFailure::too_large:
      answer.kind = AnswerKind::lost;
      return answer;
    case TransferFailure::blob_gone:
      answer.kind = AnswerKind::blob_gone;
      return answer;
  }
  return answer;
}

bool says(const ApiAnswer& answer, std::string_view words) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto& text = answer.description;
  return std::search(text.begin(), text.end(), words.begin(), words.end(),
                     [&](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

}  // namespace inboxd::connectors::telegram
