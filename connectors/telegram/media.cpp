// Fetching a file: getFile tells a path, the path is good for an hour. https://core.telegram.org/bots/api#getfile
#include "connectors/telegram/media.hpp"

#include <algorithm>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/api.hpp"

namespace inboxd::connectors::telegram {
namespace {

constexpr std::string_view path_step = "getFile";
constexpr std::string_view bytes_step = "file";
constexpr const char* too_large = "Telegram lets bots fetch files of at most 20 MB; ask for a smaller one or a link.";
constexpr Milliseconds token_delay{60'000};

std::string encode_path(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~/";
  std::string encoded;
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += digits[static_cast<unsigned char>(c) >> 4U];
      encoded += digits[static_cast<unsigned char>(c) & 15U];
    }
  }
  return encoded;
}

Transfer ask_path(const BotSettings& settings, const InboundAttachment& attachment) {
  return call(settings, path_step, {{"file_id", attachment.reference}}, Effect::none);
}

FetchStep after_path(const BotSettings& settings, const Exchange& exchange) {
  const ApiAnswer answer = read_answer(exchange);
  if (answer.kind != AnswerKind::ok) {
    if (says(answer, "file is too big")) return MediaGone{too_large};
    if (answer.code == 401 || answer.code == 404) return MediaRetry{token_delay, "Telegram refused the bot's token."};
    if (answer.code / 100 == 4 && answer.code != 429 && answer.kind == AnswerKind::refused)
      return MediaGone{"Telegram no longer has this file: " + answer.description};
    return MediaRetry{answer.retry_after, answer.description};
  }
  const std::string path = text_of(answer.result, "file_path");
  if (path.empty()) return MediaRetry{Milliseconds{0}, "Telegram told no path for this file."};
  if (integer_of(answer.result, "file_size") > static_cast<std::int64_t>(download_bytes_max))
    return MediaGone{too_large};
  Transfer transfer;
  transfer.label = bytes_step;
  transfer.method = "GET";
  transfer.url = settings.api_base + "/file/bot" + settings.token + '/' + encode_path(path);
  transfer.timeout = std::chrono::minutes(2);
  transfer.response_bytes_max = download_bytes_max;
  transfer.response_target = ResponseTarget::blob;
  transfer.repeatable = true;
  return transfer;
}

FetchStep after_bytes(const BotSettings& settings, const InboundAttachment& attachment, const Exchanges& done) {
  const Exchange& exchange = done.back();
  if (exchange.failure == TransferFailure::too_large) return MediaGone{too_large};
  if (exchange.failure != TransferFailure::none) return MediaRetry{Milliseconds{0}, exchange.failure_detail};
  if (exchange.status == 200 && exchange.blob) return MediaFetched{*exchange.blob, {}, {}};
  const auto asked = std::count_if(done.begin(), done.end(), [](const Exchange& e) { return e.label == path_step; });
  const bool expired = exchange.status == 404 || exchange.status == 401 || exchange.status == 410;
  if (expired && asked < 2) return ask_path(settings, attachment);
  const ApiAnswer answer = read_answer(exchange);
  return MediaRetry{answer.retry_after, "Telegram answered " + std::to_string(exchange.status) + " for the file."};
}

}  // namespace

FetchStep next_fetch_step(const BotSettings& settings, const InboundAttachment& attachment, const Exchanges& done) {
  if (attachment.size && *attachment.size > download_bytes_max) return MediaGone{too_large};
  if (attachment.reference.empty()) return MediaGone{"Telegram named no file."};
  if (done.empty()) return ask_path(settings, attachment);
  if (done.back().label == path_step) return after_path(settings, done.back());
  return after_bytes(settings, attachment, done);
}

}  // namespace inboxd::connectors::telegram
