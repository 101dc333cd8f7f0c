// Numbers about the daemon, by name, for GET /metrics. One call where something happens; safe from any thread. Labels
// are inbox names, transfer labels, states and codes: sets that configuration bounds, never a person's or message's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd::observe {

/// How a webhook ended.
enum class WebhookOutcome { accepted, duplicate, quarantined, refused, too_large, unavailable };

/// How a recipient of a mail that was handed over was answered.
enum class RecipientOutcome { accepted, refused, deferred };

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Ingest
  void webhook_received(std::string_view inbox);
  void webhook_ended(std::string_view inbox, WebhookOutcome outcome);
  void recipient_answered(std::string_view inbox, RecipientOutcome outcome);
  /// From the provider's time of a message to its commit.
  void ingest_lag(std::string_view inbox, Milliseconds lag);
  void message(std::string_view inbox, Direction direction);
  /// A webhook, a poll or a delivery to this inbox went well.
  void ingest_succeeded(std::string_view inbox, Timestamp at);
  void inbox_health(std::string_view inbox, InboxHealthState state);

  // Writer
  void commit(std::chrono::microseconds duration, std::size_t commands);
  void command_queue(std::size_t waiting);
  void wal_bytes(std::uint64_t bytes);
  void log_head(std::int64_t sequence);

  // Stream
  void stream_clients(std::size_t open);
  /// Events that the slowest client is behind the log.
  void stream_lag(std::int64_t events);
  void stream_events_sent(std::size_t count);
  void stream_closed(std::uint16_t code);
  /// An event was stepped over because what it speaks of cannot be read.
  void stream_event_unreadable();

  // Delivery
  /// How many outbox rows are in this state now.
  void outbox(DeliveryState state, std::int64_t rows);
  void outbox_held(std::int64_t rows);
  void outbox_oldest(Milliseconds age);
  /// `code` is TransferReport::code().
  void transfer(std::string_view label, std::string_view code, Milliseconds duration);

  // REST
  /// `method` and `route` are a route's own; empty for a path that nobody knows.
  void http_request(std::string_view method, std::string_view route, int status, std::chrono::microseconds duration);

  /// The Prometheus text format 0.0.4, with HELP and TYPE lines.
  [[nodiscard]] std::string text() const;
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace inboxd::observe
