#include "daemon/app/observers.hpp"

namespace inboxd::app {
namespace {

observe::WebhookOutcome outcome_of(int status) {
  if (status == 401 || status == 403 || status == 404) return observe::WebhookOutcome::refused;
  if (status == 413) return observe::WebhookOutcome::too_large;
  if (status >= 500) return observe::WebhookOutcome::unavailable;
  return observe::WebhookOutcome::accepted;
}

struct OutcomeLine {
  std::string word;
  std::string code;
  std::string why;
};

struct Describe {
  OutcomeLine operator()(const Accepted&) const { return {"sent", "", ""}; }
  OutcomeLine operator()(const RetryAfter& retry) const { return {"retry", retry.code, retry.why}; }
  OutcomeLine operator()(const NeedsAttention& attention) const { return {"paused", attention.code, attention.why}; }
  OutcomeLine operator()(const Rejected& rejected) const { return {"failed", rejected.code, rejected.why}; }
  OutcomeLine operator()(const Unknown& unknown) const { return {"uncertain", "uncertain", unknown.why}; }
};

}  // namespace

std::string Observers::name_of(InboxId inbox) const {
  const auto channels = channels_();
  const auto* channel = channels->channel(inbox);
  return channel != nullptr ? channel->name : to_string(inbox);
}

void Observers::webhook_answered(std::string_view inbox, int status) {
  // An unknown name comes from outside: it never becomes a label.
  const std::string_view label = inbox.empty() ? "unknown" : inbox;
  metrics_.webhook_received(label);
  metrics_.webhook_ended(label, outcome_of(status));
  constexpr int redirection = 300;
  if (!inbox.empty() && status < redirection) metrics_.ingest_succeeded(inbox, clock_.now());
  if (status >= 400) log_.warning("ingest", "webhook refused", {{"inbox", label}, {"status", status}});
}

void Observers::recipient_answered(std::string_view inbox, ingest::RecipientAnswer answer) {
  const std::string_view label = inbox.empty() ? "unknown" : inbox;
  switch (answer) {
    case ingest::RecipientAnswer::accepted:
      metrics_.recipient_answered(label, observe::RecipientOutcome::accepted);
      return metrics_.ingest_succeeded(inbox, clock_.now());
    case ingest::RecipientAnswer::refused:
      metrics_.recipient_answered(label, observe::RecipientOutcome::refused);
      return log_.warning("ingest", "recipient refused", {{"inbox", label}});
    case ingest::RecipientAnswer::deferred:
      metrics_.recipient_answered(label, observe::RecipientOutcome::deferred);
      return log_.warning("ingest", "recipient deferred", {{"inbox", label}});
  }
}

void Observers::polled(std::string_view inbox) { metrics_.ingest_succeeded(inbox, clock_.now()); }

void Observers::received(std::string_view inbox, const core::Received& received, std::optional<Milliseconds> lag) {
  if (lag) metrics_.ingest_lag(inbox, *lag);
  messages_in_ += static_cast<std::uint64_t>(received.messages);
  for (int i = 0; i < received.messages; ++i) metrics_.message(inbox, Direction::in);
  if (received.quarantined > 0)
    log_.warning("ingest", "put into quarantine", {{"inbox", inbox}, {"count", received.quarantined}});
}

void Observers::failed(std::string_view inbox, std::string_view what, std::string_view detail) {
  log_.warning("ingest", what, {{"inbox", inbox}, {"why", detail}});
}

void Observers::settled(InboxId inbox, OutboxId row, const SendOutcome& outcome) {
  const auto line = std::visit(Describe{}, outcome);
  if (std::holds_alternative<Accepted>(outcome)) {
    metrics_.message(name_of(inbox), Direction::out);
    ++messages_out_;
    return;
  }
  log_.warning("delivery", line.word,
               {{"inbox", name_of(inbox)}, {"row", to_string(row)}, {"code", line.code}, {"why", line.why}});
}

void Observers::failed(InboxId inbox, std::string_view what, std::string_view detail) {
  log_.warning("delivery", what, {{"inbox", name_of(inbox)}, {"why", detail}});
}

void Observers::failed(std::string_view what, std::string_view detail) {
  log_.warning("timers", what, {{"why", detail}});
}

}  // namespace inboxd::app
