// prometheus-cpp behind daemon/observe/metrics.hpp. Series that carry a label appear with their first value.
#include "daemon/observe/metrics.hpp"

#include <algorithm>
#include <chrono>

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

prometheus::Labels label(const char* name, std::string_view value) { return {{name, std::string(value)}}; }

}  // namespace

struct Metrics::Families {
  Registry registry;
  Family<Counter>& webhooks_received =
      counters(registry, "inboxd_webhooks_received_total", "Webhook requests that arrived.");
  Family<Counter>& webhooks_ended = counters(registry, "inboxd_webhooks_total", "Webhook requests by how they ended.");
  Family<Histogram>& ingest_lag =
      histograms(registry, "inboxd_ingest_lag_seconds", "From the provider's time of a message to its commit.");
  Family<Counter>& messages = counters(registry, "inboxd_messages_total", "Messages stored.");
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
  Counter& stream_events = counters(registry, "inboxd_stream_events_sent_total", "Events sent on streams.").Add({});
  Family<Counter>& stream_closed = counters(registry, "inboxd_stream_closed_total", "Streams closed, by close code.");
  Family<Gauge>& outbox = gauges(registry, "inboxd_outbox", "Outbox rows by state.");
  Family<Counter>& transfers =
      counters(registry, "inboxd_transfers_total", "Requests to providers by label and status or failure.");
  Family<Histogram>& transfer_duration =
      histograms(registry, "inboxd_transfer_seconds", "Duration of requests to providers.");
  Family<Counter>& requests = counters(registry, "inboxd_http_requests_total", "Requests served.");
  Family<Histogram>& request_duration =
      histograms(registry, "inboxd_http_request_seconds", "From a request's head to its answer.");
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {
  gauges(families_->registry, "inboxd_build", "Always 1; the label tells the version.")
      .Add(label("version", INBOXD_VERSION))
      .Set(1);
}
Metrics::~Metrics() = default;

void Metrics::webhook_received(std::string_view inbox) {
  families_->webhooks_received.Add(label("inbox", inbox)).Increment();
}

void Metrics::webhook_ended(std::string_view inbox, WebhookOutcome outcome) {
  families_->webhooks_ended.Add({{"inbox", std::string(inbox)}, {"outcome", std::string(word(outcome))}}).Increment();
}

void Metrics::ingest_lag(std::string_view inbox, Milliseconds lag) {
  families_->ingest_lag.Add(label("inbox", inbox), lag_seconds).Observe(seconds(std::max(lag, Milliseconds{0})));
}

void Metrics::message(std::string_view inbox, Direction direction) {
  families_->messages.Add({{"inbox", std::string(inbox)}, {"direction", std::string(enum_name(direction))}})
      .Increment();
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
void Metrics::stream_events_sent(std::size_t count) { families_->stream_events.Increment(static_cast<double>(count)); }
void Metrics::stream_closed(std::uint16_t code) {
  families_->stream_closed.Add(label("code", std::to_string(code))).Increment();
}

void Metrics::outbox(DeliveryState state, std::int64_t rows) {
  families_->outbox.Add(label("state", enum_name(state))).Set(static_cast<double>(rows));
}

void Metrics::transfer(std::string_view name, std::string_view code, Milliseconds duration) {
  families_->transfers.Add({{"label", std::string(name)}, {"code", std::string(code)}}).Increment();
  families_->transfer_duration.Add(label("label", name), transfer_seconds).Observe(seconds(duration));
}

void Metrics::http_request(std::string_view route, int status, std::chrono::microseconds duration) {
  families_->requests.Add({{"route", std::string(route)}, {"status", std::to_string(status)}}).Increment();
  families_->request_duration.Add(label("route", route), request_seconds).Observe(seconds(duration));
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(families_->registry.Collect()); }

}  // namespace inboxd::observe
