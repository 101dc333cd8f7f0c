// The phases: a daemon, subscribers, webhooks; then what was counted.
#include "tests/bench/phases.hpp"

#include <fmt/format.h>

#include "tests/bench/daemon_process.hpp"
#include "tests/bench/floor.hpp"
#include "tests/bench/hook_senders.hpp"
#include "tests/bench/subscribers.hpp"

namespace inboxd::bench {
namespace {

constexpr int connections = 64;
constexpr int listeners = 50;
constexpr Nanoseconds catch_up_max = 20'000'000'000;
constexpr double behind_ms = 1'000;  // later than this after the last acknowledgement: it has fallen behind

double ms(Nanoseconds span) { return static_cast<double>(span) / 1e6; }

double run_floor(const Place& place, const Inbound& inbound, std::map<std::string, std::int64_t>* rows) {
  const auto folder = place.folder / "floor";
  const double rate = measure_floor(folder, inbound.messages, inbound.customers);
  if (rows != nullptr) *rows = count_rows(folder / "inboxd.db");
  std::filesystem::remove_all(folder);
  return rate;
}

/// The floor must write what the daemon writes, or the ratio says nothing.
void compare_rows(const std::map<std::string, std::int64_t>& floor, const std::map<std::string, std::int64_t>& daemon,
                  Report& report) {
  for (const auto& [table, count] : floor) {
    // The daemon's log has also what happened to the inboxes themselves, and the person who listens.
    const auto more = daemon.at(table) - count;
    if (more < 0 || more > (table == "events" ? 8 : 0))
      report.broken(fmt::format("{}: {} rows of the daemon's, {} of the floor's", table, daemon.at(table), count));
  }
}

void check_sent(const SentHooks& sent, Report& report) {
  if (sent.refused > 0) report.broken(fmt::format("{} webhooks were not acknowledged", sent.refused));
}

void check_received(const Subscribers& subscribers, bool complete, Report& report) {
  const auto sums = subscribers.sums();
  if (!complete || sums.missing > 0) report.broken(fmt::format("{} messages did not arrive", sums.missing));
  if (sums.broken_chains > 0) report.broken(fmt::format("{} subscribers have a broken chain", sums.broken_chains));
  if (sums.closed > 0) report.broken(fmt::format("{} subscribers were closed", sums.closed));
}

struct Saturated {
  double per_second = 0;
  double behind_ms = 0;
  double cpu_us = 0;  // of the daemon, per message
  double deliveries_per_second = 0;
  std::map<std::string, std::int64_t> rows;
};

Saturated run_saturated(const Place& place, const Inbound& inbound, Report& report) {
  DaemonProcess daemon(place.program, place.folder / "daemon");
  HookSenders senders(daemon.port(), connections);
  if (inbound.customers.count > 0)
    check_sent(senders.send_saturated(webhook_requests(0, inbound.customers.count, inbound.customers)), report);
  const auto requests = webhook_requests(inbound.customers.count, inbound.messages, inbound.customers);
  Subscribers subscribers(
      {daemon.port(), daemon.token(), inbound.subscribers, inbound.events, Noting::counts, 0, inbound.messages});
  const double cpu_before = daemon.cpu_seconds();
  const auto sent = senders.send_saturated(requests);
  const bool complete = subscribers.wait_for_all(inbound.messages, now_ns() + catch_up_max);
  Saturated result;
  result.cpu_us = (daemon.cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(inbound.messages);
  check_sent(sent, report);
  check_received(subscribers, complete, report);
  const auto sums = subscribers.sums();
  result.per_second = sent.per_second();
  result.behind_ms = ms(sums.last_at - sent.ended_at);
  result.deliveries_per_second =
      static_cast<double>(sums.events) * 1e9 / static_cast<double>(sums.last_at - sent.started_at);
  daemon.stop();
  result.rows = count_rows(daemon.database());
  return result;
}

}  // namespace

void measure_inbound(const Place& place, const Inbound& inbound, Report& report) {
  std::map<std::string, std::int64_t> floor_rows;
  const double before = run_floor(place, inbound, &floor_rows);
  const auto daemon = run_saturated(place, inbound, report);
  const double after = run_floor(place, inbound, nullptr);
  const double floor = (before + after) / 2;
  compare_rows(floor_rows, daemon.rows, report);
  if (daemon.behind_ms > behind_ms) report.broken(fmt::format("subscribers fall behind: {:.0f} ms", daemon.behind_ms));
  report.row(inbound.title, fmt::format("{:.0f} messages/s", daemon.per_second),
             fmt::format("{:.0f} % of the floor ({:.0f}, {:.0f}); {:.0f} us CPU each; {:.0f} deliveries/s; last "
                         "delivery {:.1f} ms after the last ack",
                         daemon.per_second * 100 / floor, before, after, daemon.cpu_us, daemon.deliveries_per_second,
                         daemon.behind_ms));
}

void measure_paced(const Place& place, double per_second, std::int64_t messages, Report& report) {
  DaemonProcess daemon(place.program, place.folder / "daemon");
  HookSenders senders(daemon.port(), connections);
  constexpr Customers customers{1'000};
  check_sent(senders.send_saturated(webhook_requests(0, customers.count, customers)), report);
  const auto requests = webhook_requests(customers.count, messages, customers);
  Subscribers subscribers({daemon.port(), daemon.token(), listeners, "", Noting::times, customers.count, messages});
  const double cpu_before = daemon.cpu_seconds();
  const auto sent = senders.send_paced(requests, per_second);
  const bool complete = subscribers.wait_for_all(messages, now_ns() + catch_up_max);
  const double cpu = (daemon.cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(messages);
  check_sent(sent, report);
  check_received(subscribers, complete, report);
  std::vector<Nanoseconds> acknowledged;
  std::vector<Nanoseconds> first;
  std::vector<Nanoseconds> last;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    acknowledged.push_back(sent.answered_at[i] - sent.due_at[i]);
    first.push_back(subscribers.first_seen(i) - sent.due_at[i]);
    last.push_back(subscribers.last_seen(i) - sent.due_at[i]);
  }
  const auto pair = [](const std::vector<Nanoseconds>& spans) {
    return fmt::format("{:.2f} / {:.2f} ms", quantile_ms(spans, 0.5), quantile_ms(spans, 0.9));
  };
  const auto at = fmt::format("at {:.0f}/s", per_second);
  report.row("webhook -> acknowledged, " + at, pair(acknowledged), fmt::format("p50 / p90; {:.0f} us CPU each", cpu));
  report.row("webhook -> first of 50 subscribers, " + at, pair(first), "p50 / p90");
  report.row("webhook -> last of 50 subscribers, " + at, pair(last), "p50 / p90");
}

void measure_fan_out(const Place& place, const FanOut& fan_out, Report& report) {
  DaemonProcess daemon(place.program, place.folder / "daemon");
  HookSenders senders(daemon.port(), connections);
  constexpr Customers customers{64};
  check_sent(senders.send_saturated(webhook_requests(0, customers.count, customers)), report);
  const std::int64_t messages = std::int64_t{fan_out.burst} * fan_out.rounds;
  Subscribers subscribers({daemon.port(), daemon.token(), fan_out.subscribers, R"(["message.*"])", Noting::times,
                           customers.count, messages});
  std::vector<Nanoseconds> to_last;
  Nanoseconds delivering = 0;
  const double cpu_before = daemon.cpu_seconds();
  bool complete = true;
  for (int round = 0; round < fan_out.rounds && complete; ++round) {
    const auto first = static_cast<std::size_t>(round) * static_cast<std::size_t>(fan_out.burst);
    const auto requests =
        webhook_requests(customers.count + static_cast<std::int64_t>(first), fan_out.burst, customers);
    const auto sent = senders.send_saturated(requests);
    check_sent(sent, report);
    complete = subscribers.wait_for_all(std::int64_t{round + 1} * fan_out.burst, now_ns() + catch_up_max);
    Nanoseconds last = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) last = std::max(last, subscribers.last_seen(first + i));
    to_last.push_back(last - sent.started_at);
    delivering += last - sent.started_at;
  }
  const double deliveries = static_cast<double>(messages) * fan_out.subscribers;
  const double cpu = (daemon.cpu_seconds() - cpu_before) * 1e6 / deliveries;
  check_received(subscribers, complete, report);
  report.row(
      fmt::format("{} at once to {} subscribers",
                  fan_out.burst == 1 ? "one message" : fmt::format("{} messages", fan_out.burst), fan_out.subscribers),
      fmt::format("{:.0f} deliveries/s", deliveries * 1e9 / static_cast<double>(delivering)),
      fmt::format("webhook -> last p50 / p90 {:.1f} / {:.1f} ms; {:.1f} us of the daemon's CPU each",
                  quantile_ms(to_last, 0.5), quantile_ms(to_last, 0.9), cpu));
}

}  // namespace inboxd::bench
