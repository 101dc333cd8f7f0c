// How a reply goes out: one upload per attachment, then the message; edits, deletions and reactions are one request
// each. Says after each answer what the host must do next.
#include <algorithm>
#include <charconv>

#include "connectors/loopback/loopback.hpp"
#include "connectors/loopback/requests.hpp"
#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::loopback {
namespace {

std::string answered_id(const Exchange& answer) {
  const auto json = parse_json(answer.body);
  return json ? id_of(*json, "id") : "";
}

/// RFC 9110 section 10.2.3, the form in seconds; 0 when absent leaves the wait to the host.
Milliseconds retry_after(const Exchange& answer) {
  const auto text = header_of(answer.headers, "retry-after");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds{std::clamp(seconds, 0, 86'400)};
}

SendOutcome rejection(const Exchange& answer) {
  const auto json = parse_json(answer.body);
  const boost::json::value error = json ? member(*json, "error") : boost::json::value();
  Rejected rejected{text_of(error, "code"), text_of(error, "detail"), false};
  if (rejected.code.empty()) rejected.code = "refused";
  if (rejected.why.empty()) rejected.why = "The channel answered " + std::to_string(answer.status) + '.';
  rejected.unreachable = rejected.code == "blocked";
  return rejected;
}

/// Why this answer ends the send, or nothing when it is a success. `lost` is what an answer that never came means.
std::optional<SendOutcome> failure_of(const Exchange& answer, const SendOutcome& lost) {
  switch (answer.failure) {
    case TransferFailure::none:
      break;
    case TransferFailure::not_sent:
      return RetryAfter{{}, "not_sent", answer.failure_detail, RetryScope::inbox};
    case TransferFailure::lost:
    case TransferFailure::too_large:
      return lost;
    case TransferFailure::blob_gone:
      return Rejected{"attachment_gone", "An attachment is no longer in the store.", false};
  }
  if (answer.status / 100 == 2) return std::nullopt;
  if (answer.status == 401 || answer.status == 403)
    return NeedsAttention{"secret_refused", "The channel refuses our secret: set the right `secret`."};
  if (answer.status == 429)
    return RetryAfter{retry_after(answer), "rate_limited", "The channel asks us to wait.", RetryScope::inbox};
  // The protocol promises that nothing was done when it answers 5xx; most providers do not.
  if (answer.status / 100 == 5)
    return RetryAfter{retry_after(answer), "unavailable", "The channel is out of order.", {}};
  if (answer.status / 100 == 4) return rejection(answer);
  return Unknown{"The channel answered " + std::to_string(answer.status) + ", which it never should."};
}

const RetryAfter try_again{{}, "lost", "The answer was lost.", RetryScope::conversation};

SendStep send_message(const Api& api, const Outbound& reply, const Exchanges& done) {
  const std::size_t uploads = reply.attachments.size();
  if (done.size() > uploads) {
    const Exchange& answer = done[uploads];
    if (auto failed = failure_of(answer, Unknown{"The answer to the message was lost."})) return *failed;
    std::string id = answered_id(answer);
    if (id.empty()) return Unknown{"The channel took the message and did not name it."};
    return Accepted{{std::move(id)}};
  }
  std::vector<std::string> files;
  for (const Exchange& upload : done) {
    if (auto failed = failure_of(upload, try_again)) return *failed;
    files.push_back(answered_id(upload));
    if (files.back().empty()) return RetryAfter{{}, "upload_failed", "The channel did not name the upload.", {}};
  }
  if (done.size() < uploads) return api.upload(reply.attachments[done.size()]);
  return api.send(reply, files);
}

/// Requests that may be made twice: the first that fails ends it, the last success accepts.
SendStep change_message(const Api& api, const Outbound& reply, const Exchanges& done) {
  if (reply.targets.empty()) return Rejected{"not_sent", "The message has not reached the customer.", false};
  if (!done.empty()) {
    if (auto failed = failure_of(done.back(), try_again)) return *failed;
    return Accepted{};
  }
  const std::string& message = reply.targets.front();
  switch (reply.action) {
    case OutboxAction::send:
    case OutboxAction::edit:
      return api.edit(reply, message);
    case OutboxAction::erase:
      return api.erase(message);
    case OutboxAction::react:
      return api.react(message, reply.emoji);
  }
  return Unknown{"An action that this channel does not know."};
}

}  // namespace

SendStep Loopback::next_send_step(const Outbound& reply, const Exchanges& done) const {
  const Api api{api_base_, secret_};
  return reply.action == OutboxAction::send ? send_message(api, reply, done) : change_message(api, reply, done);
}

FetchStep Loopback::next_fetch_step(const InboundAttachment& attachment, const Exchanges& done) const {
  const Api api{api_base_, secret_};
  if (done.empty()) return api.fetch(attachment.reference);
  const Exchange& answer = done.back();
  if (answer.failure == TransferFailure::too_large) return MediaGone{"The file is larger than 64 MiB."};
  if (answer.failure != TransferFailure::none) return MediaRetry{{}, "The file could not be fetched."};
  if (answer.status == 404 || answer.status == 410) return MediaGone{"The file is no longer there."};
  if (answer.status != 200 || !answer.blob)
    return MediaRetry{retry_after(answer), "The channel answered " + std::to_string(answer.status) + '.'};
  return MediaFetched{*answer.blob, "", ""};
}

std::optional<Transfer> Loopback::show_typing(const std::string& thread, const std::string&) const {
  return Api{api_base_, secret_}.notice("typing", thread, "");
}

std::optional<Transfer> Loopback::mark_read(const std::string& thread, const std::string& last_external_id) const {
  return Api{api_base_, secret_}.notice("read", thread, last_external_id);
}

Transfer Loopback::acknowledge(const Acknowledgement& acknowledgement) const {
  return Api{api_base_, secret_}.notice("acknowledgements", "", acknowledgement.reference);
}

}  // namespace inboxd::connectors::loopback
