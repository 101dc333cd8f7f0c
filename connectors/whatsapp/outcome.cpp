// The code in the body decides, then the HTTP status; only what certainly was not delivered is tried again by itself.
// Called by send.cpp, check.cpp and media.cpp.
#include "connectors/whatsapp/outcome.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

constexpr std::int64_t retry_after_seconds_max = 3600;

SendOutcome retry(const Exchange& answer, const GraphError& error, std::string code, std::string why,
                  RetryScope scope) {
  const Milliseconds table = std::chrono::seconds(seconds_to_wait(error));
  return RetryAfter{std::max(table, retry_after_of(answer)), std::move(code), std::move(why), scope};
}

std::optional<SendOutcome> failed_transfer(const Exchange& answer, Effect effect) {
  switch (answer.failure) {
    case TransferFailure::none:
      return std::nullopt;
    case TransferFailure::not_sent:
      return RetryAfter{Milliseconds{0}, "unreachable", "WhatsApp could not be reached: " + answer.failure_detail,
                        RetryScope::conversation};
    case TransferFailure::lost:
    case TransferFailure::too_large:
      if (effect == Effect::visible)
        return Unknown{"The request reached WhatsApp, but its answer was lost: " + answer.failure_detail};
      return RetryAfter{Milliseconds{0}, "answer_lost", "WhatsApp's answer was lost: " + answer.failure_detail,
                        RetryScope::conversation};
    case TransferFailure::blob_gone:
      return Rejected{"attachment_gone", "An attachment of this reply is not in the store any more.", false};
  }
  return std::nullopt;
}

SendOutcome by_status(const Exchange& answer, const GraphError& error, const ErrorReason& reason, Effect effect) {
  const auto status = "WhatsApp answered HTTP " + std::to_string(answer.status) + ".";
  const auto why = error.code < 0 ? status : reason.sentence;
  const auto code = error.code < 0 ? "http_" + std::to_string(answer.status) : reason.code;
  if (answer.status == 429) return retry(answer, error, "rate_limited", why, RetryScope::inbox);
  // A gateway that gave up waiting cannot know what the server behind it did.
  const bool gateway = error.code < 0 && (answer.status == 502 || answer.status == 504);
  if (gateway && effect == Effect::visible) return Unknown{status};
  if (answer.status >= 500 || answer.status == 408) return retry(answer, error, code, why, RetryScope::conversation);
  if (answer.status == 401 || answer.status == 403)
    return NeedsAttention{code, why + " Check access_token and the app's permissions."};
  if (answer.status >= 300 && answer.status < 400)
    return NeedsAttention{code, why + " Check graph_base: Graph does not redirect."};
  if (answer.status == 404 && error.code < 0)
    return NeedsAttention{code, why + " Check graph_base, graph_version and phone_number_id."};
  return Rejected{code, why, false};
}

SendOutcome by_code(const Exchange& answer, const GraphError& error, Effect effect) {
  const auto reason = reason_of(error);
  switch (class_of(error)) {
    case ErrorClass::retry_conversation:
      return retry(answer, error, reason.code, reason.sentence, RetryScope::conversation);
    case ErrorClass::retry_inbox:
      return retry(answer, error, reason.code, reason.sentence, RetryScope::inbox);
    case ErrorClass::attention:
      return NeedsAttention{reason.code, reason.sentence};
    case ErrorClass::final:
      return Rejected{reason.code, reason.sentence, false};
    case ErrorClass::final_unreachable:
      return Rejected{reason.code, reason.sentence, true};
    case ErrorClass::unknown:
      break;
  }
  // A code that is not in the table, in an answer that claims success, is a refusal all the same.
  if (answer.status < 300) return Rejected{reason.code, reason.sentence, false};
  return by_status(answer, error, reason, effect);
}

}  // namespace

GraphError graph_error_in(const Exchange& answer) {
  const auto json = parse_json(answer.body);
  return json && member(*json, "error").is_object() ? graph_error_from(member(*json, "error")) : GraphError{};
}

Milliseconds retry_after_of(const Exchange& answer) {
  const auto text = header_of(answer.headers, "retry-after");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) return Milliseconds{0};
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, retry_after_seconds_max));
}

std::optional<SendOutcome> refusal_of(const Exchange& answer, Effect effect) {
  if (auto failed = failed_transfer(answer, effect)) return failed;
  const auto error = graph_error_in(answer);
  if (error.code >= 0) return by_code(answer, error, effect);
  if (answer.status >= 200 && answer.status < 300) return std::nullopt;
  return by_status(answer, error, reason_of(error), effect);
}

SendOutcome garbled_answer(Effect effect) {
  if (effect == Effect::visible) return Unknown{"WhatsApp said yes without an id for the message."};
  return RetryAfter{Milliseconds{0}, "garbled_answer", "WhatsApp's answer was not understood.",
                    RetryScope::conversation};
}

}  // namespace inboxd::connectors::whatsapp
