// prometheus-cpp behind daemon/observe/metrics.hpp. Series that carry a label appear with their first value.
#include "daemon/observe/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace inboxd::observe {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

const Histogram::BucketBoundaries commit_seconds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5};
const Histogram::BucketBoundaries group_sizes{1, 2, 4, 8, 16, 32, 64, 128};
const Histogram::BucketBoundaries request_seconds{0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
const Histogram::BucketBoundaries transfer_seconds{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
const Histogram::BucketBoundaries lag_seconds{0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86400};

template <class Duration>
double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Family<Counter>& counters(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
Family<Gauge>& gauges(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
Family<Histogram>& histograms(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

std::string_view word(WebhookOutcome outcome) {
  switch (outcome) {
    case WebhookOutcome::accepted:
      return "accepted";
    case WebhookOutcome::duplicate:
      return "duplicate";
    case WebhookOutcome::quarantined:
      return "quarantined";
    case WebhookOutcome::refused:
      return "refused";
    case WebhookOutcome::too_large:
      return "too_large";
    case WebhookOutcome::unavailable:
      return "unavailable";
  }
  return "invalid";
}

std::string_view word(RecipientOutcome outcome) {
  switch (outcome) {
    case RecipientOutcome::accepted:
      return "accepted";
    case RecipientOutcome::refused:
      return "refused";
    case RecipientOutcome::deferred:
      return "deferred";
  }
  return "invalid";
}

prometheus::Labels label(const char* name, std::string_view value) { return {{name, std::string(value)}}; }

/// The series of a family that have been counted already. The library's own look-up builds a map of texts and hashes
/// it, several times in the life of a message; here one text is hashed.
template <class Metric>
class Series {
 public:
  template <class Make>
  Metric& at(std::initializer_list<std::string_view> values, Make make) {
    const std::lock_guard lock(mutex_);
    key_.clear();
    for (const auto value : values) (key_ += value) += '\0';
    const auto known = known_.find(key_);
    if (known != known_.end()) return *known->second;
    return *known_.emplace(key_, &make()).first->second;
  }

 private:
  std::mutex mutex_;  // guards what follows
  std::string key_;
  std::unordered_map<std::string, Metric*> known_;
};

}  // namespace

struct Metrics::Families {
  Registry registry;
  Family<Counter>& webhooks_received =
      counters(registry, "inboxd_webhooks_received_total", "Webhook requests that arrived.");
  Family<Counter>& webhooks_ended = counters(registry, "inboxd_webhooks_total", "Webhook requests by how they ended.");
  Family<Counter>& recipients =
      counters(registry, "inboxd_lmtp_recipients_total", "Recipients of mail handed over by LMTP, by their answer.");
  Family<Histogram>& ingest_lag =
      histograms(registry, "inboxd_ingest_lag_seconds", "From the provider's time of a message to its commit.");
  Family<Counter>& messages = counters(registry, "inboxd_messages_total", "Messages stored.");
  Family<Gauge>& ingest_success =
      gauges(registry, "inboxd_ingest_last_success_timestamp_seconds",
             "When a webhook, a poll or a delivery to the inbox last went well, in Unix time.");
  Family<Gauge>& inbox_health =
      gauges(registry, "inboxd_inbox_health", "1 for the state that an inbox is in, 0 for the others.");
  Histogram& commit_duration =
      histograms(registry, "inboxd_commit_seconds", "Duration of one group's commit.").Add({}, commit_seconds);
  Histogram& commit_group =
      histograms(registry, "inboxd_commit_commands", "Commands in one commit.").Add({}, group_sizes);
  Gauge& command_queue = gauges(registry, "inboxd_command_queue", "Commands that wait for the writer.").Add({});
  Gauge& wal_bytes = gauges(registry, "inboxd_wal_bytes", "Size of the write-ahead log.").Add({});
  Gauge& log_head = gauges(registry, "inboxd_log_head", "Newest sequence of the event log.").Add({});
  Gauge& stream_clients = gauges(registry, "inboxd_stream_clients", "Open streams.").Add({});
  Gauge& stream_lag =
      gauges(registry, "inboxd_stream_lag_events", "Events that the slowest stream is behind the log.").Add({});
  Counter& stream_events = counters(registry, "inboxd_stream_events_sent_total", "Events sent on streams.").Add({});
  Counter& stream_unreadable = counters(registry, "inboxd_stream_events_unreadable_total",
                                        "Events that could not be read and were stepped over.")
                                   .Add({});
  Family<Counter>& stream_closed = counters(registry, "inboxd_stream_closed_total", "Streams closed, by close code.");
  Family<Gauge>& outbox = gauges(registry, "inboxd_outbox", "Outbox rows by state.");
  Gauge& outbox_held = gauges(registry, "inboxd_outbox_held", "Queued rows that wait for an operator.").Add({});
  Gauge& outbox_oldest =
      gauges(registry, "inboxd_outbox_oldest_queued_seconds", "Age of the oldest queued row; 0 without one.").Add({});
  Family<Counter>& transfers =
      counters(registry, "inboxd_transfers_total", "Requests to providers by label and status or failure.");
  Family<Histogram>& transfer_duration =
      histograms(registry, "inboxd_transfer_seconds", "Duration of requests to providers.");
  Family<Counter>& requests = counters(registry, "inboxd_http_requests_total", "Requests served.");
  Family<Histogram>& request_duration =
      histograms(registry, "inboxd_http_request_seconds", "From a request's head to its answer.");

  // Those that are counted for each message or request.
  Series<Counter> received_series;
  Series<Counter> ended_series;
  Series<Counter> recipient_series;
  Series<Histogram> lag_series;
  Series<Gauge> success_series;
  Series<Counter> message_series;
  Series<Counter> request_series;
  Series<Histogram> request_duration_series;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {
  gauges(families_->registry, "inboxd_build", "Always 1; the label tells the version.")
      .Add(label("version", INBOXD_VERSION))
      .Set(1);
}
Metrics::~Metrics() = default;

void Metrics::webhook_received(std::string_view inbox) {
  auto& all = *families_;
  all.received_series.at({inbox}, [&]() -> Counter& { return all.webhooks_received.Add(label("inbox", inbox)); })
      .Increment();
}

void Metrics::webhook_ended(std::string_view inbox, WebhookOutcome outcome) {
  auto& all = *families_;
  const auto ended = word(outcome);
  const auto make = [&]() -> Counter& {
    return all.webhooks_ended.Add({{"inbox", std::string(inbox)}, {"outcome", std::string(ended)}});
  };
  all.ended_series.at({inbox, ended}, make).Increment();
}

void Metrics::recipient_answered(std::string_view inbox, RecipientOutcome outcome) {
  auto& all = *families_;
  const auto answered = word(outcome);
  const auto make = [&]() -> Counter& {
    return all.recipients.Add({{"inbox", std::string(inbox)}, {"outcome", std::string(answered)}});
  };
  all.recipient_series.at({inbox, answered}, make).Increment();
}

void Metrics::ingest_lag(std::string_view inbox, Milliseconds lag) {
  auto& all = *families_;
  all.lag_series.at({inbox}, [&]() -> Histogram& { return all.ingest_lag.Add(label("inbox", inbox), lag_seconds); })
      .Observe(seconds(std::max(lag, Milliseconds{0})));
}

void Metrics::ingest_succeeded(std::string_view inbox, Timestamp at) {
  auto& all = *families_;
  all.success_series.at({inbox}, [&]() -> Gauge& { return all.ingest_success.Add(label("inbox", inbox)); })
      .Set(seconds(at.time_since_epoch()));
}

void Metrics::message(std::string_view inbox, Direction direction) {
  auto& all = *families_;
  const auto make = [&]() -> Counter& {
    return all.messages.Add({{"inbox", std::string(inbox)}, {"direction", std::string(enum_name(direction))}});
  };
  all.message_series.at({inbox, enum_name(direction)}, make).Increment();
}

void Metrics::inbox_health(std::string_view inbox, InboxHealthState state) {
  for (const auto& [candidate, name] : EnumNames<InboxHealthState>::table)
    families_->inbox_health.Add({{"inbox", std::string(inbox)}, {"state", std::string(name)}})
        .Set(candidate == state ? 1 : 0);
}

void Metrics::commit(std::chrono::microseconds duration, std::size_t commands) {
  families_->commit_duration.Observe(seconds(duration));
  families_->commit_group.Observe(static_cast<double>(commands));
}

void Metrics::command_queue(std::size_t waiting) { families_->command_queue.Set(static_cast<double>(waiting)); }
void Metrics::wal_bytes(std::uint64_t bytes) { families_->wal_bytes.Set(static_cast<double>(bytes)); }
void Metrics::log_head(std::int64_t sequence) { families_->log_head.Set(static_cast<double>(sequence)); }
void Metrics::stream_clients(std::size_t open) { families_->stream_clients.Set(static_cast<double>(open)); }
void Metrics::stream_lag(std::int64_t events) { families_->stream_lag.Set(static_cast<double>(events)); }
void Metrics::stream_event_unreadable() { families_->stream_unreadable.Increment(); }
void Metrics::stream_events_sent(std::size_t count) { families_->stream_events.Increment(static_cast<double>(count)); }
void Metrics::stream_closed(std::uint16_t code) {
  families_->stream_closed.Add(label("code", std::to_string(code))).Increment();
}

void Metrics::outbox(DeliveryState state, std::int64_t rows) {
  families_->outbox.Add(label("state", enum_name(state))).Set(static_cast<double>(rows));
}

void Metrics::outbox_held(std::int64_t rows) { families_->outbox_held.Set(static_cast<double>(rows)); }
void Metrics::outbox_oldest(Milliseconds age) { families_->outbox_oldest.Set(seconds(age)); }

void Metrics::transfer(std::string_view name, std::string_view code, Milliseconds duration) {
  families_->transfers.Add({{"label", std::string(name)}, {"code", std::string(code)}}).Increment();
  families_->transfer_duration.Add(label("label", name), transfer_seconds).Observe(seconds(duration));
}

void Metrics::http_request(std::string_view method, std::string_view route, int status,
                           std::chrono::microseconds duration) {
  auto& all = *families_;
  const auto code = std::to_string(status);
  const auto make = [&]() -> Counter& {
    return all.requests.Add({{"method", std::string(method)}, {"route", std::string(route)}, {"status", code}});
  };
  all.request_series.at({method, route, code}, make).Increment();
  const auto make_duration = [&]() -> Histogram& {
    return all.request_duration.Add({{"method", std::string(method)}, {"route", std::string(route)}}, request_seconds);
  };
  all.request_duration_series.at({method, route}, make_duration).Observe(seconds(duration));
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(families_->registry.Collect()); }

}  // namespace inboxd::observe
