// The text that Prometheus reads: names, labels and types that dashboards and alerts depend on.
#include "daemon/observe/metrics.hpp"

#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

namespace inboxd::observe {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

TEST_CASE("what happens is counted under its labels", "[metrics]") {
  Metrics metrics;
  metrics.webhook_received("telegram");
  metrics.webhook_ended("telegram", WebhookOutcome::accepted);
  metrics.webhook_ended("telegram", WebhookOutcome::refused);
  metrics.ingest_lag("telegram", Milliseconds{700});
  metrics.message("telegram", Direction::in);
  metrics.message("telegram", Direction::in);
  metrics.inbox_health("telegram", InboxHealthState::unhealthy);
  metrics.commit(std::chrono::microseconds{1500}, 12);
  metrics.wal_bytes(4096);
  metrics.stream_clients(50);
  metrics.stream_events_sent(100);
  metrics.stream_event_unreadable();
  metrics.stream_closed(4001);
  metrics.outbox(DeliveryState::uncertain, 3);
  metrics.outbox_held(2);
  metrics.outbox_oldest(Milliseconds{1500});
  metrics.ingest_succeeded("telegram", from_unix_seconds(784111777));
  metrics.stream_lag(7);
  metrics.command_queue(5);
  metrics.http_request("GET", "/v1/me", 200, std::chrono::microseconds{900});
  metrics.http_request("GET", "/v1/me", 200, std::chrono::microseconds{900});
  metrics.transfer("sendMessage", "429", Milliseconds{120});
  metrics.transfer("sendMessage", "lost", Milliseconds{120});
  const auto text = metrics.text();
  INFO(text);
  CHECK(has_line(text, "# TYPE inboxd_webhooks_received_total counter"));
  CHECK(has_line(text, "# TYPE inboxd_commit_seconds histogram"));
  CHECK(has_line(text, "# TYPE inboxd_stream_clients gauge"));
  CHECK(has_line(text, R"(inboxd_webhooks_received_total{inbox="telegram"} 1)"));
  CHECK(has_line(text, R"(inboxd_webhooks_total{inbox="telegram",outcome="refused"} 1)"));
  CHECK(has_line(text, R"(inboxd_ingest_lag_seconds_bucket{inbox="telegram",le="1"} 1)"));
  CHECK(has_line(text, R"(inboxd_messages_total{direction="in",inbox="telegram"} 2)"));
  CHECK(has_line(text, R"(inboxd_inbox_health{inbox="telegram",state="unhealthy"} 1)"));
  CHECK(has_line(text, R"(inboxd_inbox_health{inbox="telegram",state="healthy"} 0)"));
  CHECK(has_line(text, R"(inboxd_commit_seconds_bucket{le="0.002"} 1)"));
  CHECK(has_line(text, "inboxd_commit_commands_sum 12"));
  CHECK(has_line(text, "inboxd_wal_bytes 4096"));
  CHECK(has_line(text, "inboxd_stream_clients 50"));
  CHECK(has_line(text, "inboxd_stream_events_sent_total 100"));
  CHECK(has_line(text, "inboxd_stream_events_unreadable_total 1"));
  CHECK(has_line(text, R"(inboxd_stream_closed_total{code="4001"} 1)"));
  CHECK(has_line(text, R"(inboxd_outbox{state="uncertain"} 3)"));
  CHECK(has_line(text, "inboxd_outbox_held 2"));
  CHECK(has_line(text, "inboxd_outbox_oldest_queued_seconds 1.5"));
  CHECK(has_line(text, R"(inboxd_ingest_last_success_timestamp_seconds{inbox="telegram"} 784111777)"));
  CHECK(has_line(text, "inboxd_stream_lag_events 7"));
  CHECK(has_line(text, "inboxd_command_queue 5"));
  CHECK(has_line(text, R"(inboxd_http_requests_total{method="GET",route="/v1/me",status="200"} 2)"));
  CHECK(has_line(text, R"(inboxd_http_request_seconds_bucket{method="GET",route="/v1/me",le="0.001"} 2)"));
  CHECK(has_line(text, R"(inboxd_transfers_total{code="429",label="sendMessage"} 1)"));
  CHECK(has_line(text, R"(inboxd_transfers_total{code="lost",label="sendMessage"} 1)"));
}

TEST_CASE("a new daemon already shows its version and empty gauges", "[metrics]") {
  const Metrics metrics;
  const auto text = metrics.text();
  CHECK(has_line(text, "inboxd_build{version=\"" INBOXD_VERSION "\"} 1"));
  CHECK(has_line(text, "inboxd_stream_clients 0"));
}

TEST_CASE("counting from several threads loses nothing", "[metrics]") {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) metrics.message("support", Direction::out);
    });
  for (auto& thread : threads) thread.join();
  CHECK(has_line(metrics.text(), R"(inboxd_messages_total{direction="out",inbox="support"} 4000)"));
}

}  // namespace
}  // namespace inboxd::observe
