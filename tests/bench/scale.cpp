#include "tests/bench/scale.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "tests/bench/daemon_process.hpp"
#include "tests/bench/floor.hpp"
#include "tests/bench/hook_senders.hpp"
#include "tests/bench/rest_client.hpp"
#include "tests/bench/subscribers.hpp"

namespace inboxd::bench {
namespace {

constexpr int connections = 64;
constexpr std::int64_t inbound_messages = 10'000;
constexpr int lists = 300;
constexpr int searches = 400;
constexpr Nanoseconds catch_up_max = 60'000'000'000;
constexpr Nanoseconds indexing_max = 900'000'000'000;

std::string quantiles(std::vector<Nanoseconds> spans) {
  return fmt::format("{:.2f} / {:.2f} ms", quantile_ms(spans, 0.5), quantile_ms(spans, 0.99));
}

struct AtSize {
  double per_second = 0;
  double cpu_us = 0;
  std::vector<Nanoseconds> listing;
};

/// Inbound of known customers, then the newest conversations again and again. `known`: who wrote before.
AtSize run(DaemonProcess& daemon, std::int64_t first, const Customers& known, Report& report) {
  HookSenders senders(daemon.port(), connections);
  const auto warm = senders.send_saturated(webhook_requests(first, 1'000, known));
  const double before = daemon.cpu_seconds();
  const auto sent = senders.send_saturated(webhook_requests(first + 1'000, inbound_messages, known));
  if (warm.refused + sent.refused > 0) report.broken("webhooks were not acknowledged");
  AtSize size;
  size.per_second = sent.per_second();
  size.cpu_us = (daemon.cpu_seconds() - before) * 1e6 / static_cast<double>(inbound_messages);
  RestClient client(daemon.port(), daemon.token());
  for (int i = 0; i < lists; ++i) size.listing.push_back(client.get("/v1/conversations?limit=50").took);
  return size;
}

/// The index follows the log: it is there when the last message is found.
void await_index(RestClient& client, std::int64_t messages) {
  const auto end = now_ns() + indexing_max;
  const auto path = fmt::format("/v1/conversations?limit=1&q=last{}", messages);
  while (client.get(path).body.find("\"id\"") == std::string::npos) {
    if (now_ns() > end) throw std::runtime_error("the search index does not come to an end");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // sleep: no event tells of the index
  }
}

std::vector<Nanoseconds> search(RestClient& client) {
  std::vector<Nanoseconds> spans;
  // From the most frequent words to rare ones, one word and two.
  for (std::int64_t i = 0; i < searches; ++i) {
    const auto rank = i * i / 4;
    const auto query = i % 2 == 0 ? word(rank) : word(rank) + "%20" + word(rank / 3);
    spans.push_back(client.get("/v1/conversations?limit=50&q=" + query).took);
  }
  return spans;
}

}  // namespace

void measure_scale(const Place& place, std::int64_t messages, Report& report) {
  const Customers known{std::max<std::int64_t>(messages / 10, 1'000)};
  AtSize empty;
  {
    DaemonProcess daemon(place.program, place.folder / "daemon");
    report.row("start, empty store", fmt::format("{:.0f} ms", daemon.started_in_ms()), "until it serves");
    empty = run(daemon, 0, {1'000}, report);
  }
  const auto folder = place.folder / "daemon";
  fill_store(folder / "store", messages, known);
  DaemonProcess daemon(place.program, folder);
  report.row(fmt::format("start, {} messages", messages), fmt::format("{:.0f} ms", daemon.started_in_ms()),
             "until it serves; aim: under a second");
  RestClient client(daemon.port(), daemon.token());
  const auto began = now_ns();
  await_index(client, messages);
  report.row("search index built anew", fmt::format("{:.0f} s", static_cast<double>(now_ns() - began) / 1e9),
             "from the log, while it serves");
  const auto spans = search(client);
  report.row(fmt::format("search, {} messages", messages), quantiles(spans),
             "p50 / p99; one and two words, of every frequency");
  const auto full = run(daemon, messages, {1'000}, report);
  report.row(fmt::format("inbound, {} messages", messages), fmt::format("{:.0f} messages/s", full.per_second),
             fmt::format("{:.0f} % of an empty store's {:.0f}; {:.0f} and {:.0f} us CPU each; aim: within 10 %",
                         full.per_second * 100 / empty.per_second, empty.per_second, full.cpu_us, empty.cpu_us));
  report.row(fmt::format("list of conversations, {} messages", messages), quantiles(full.listing),
             fmt::format("p50 / p99; empty store: {}", quantiles(empty.listing)));
}

void measure_resume(const Place& place, std::int64_t events, Report& report) {
  const auto folder = place.folder / "daemon";
  constexpr Customers known{1'000};
  fill_store(folder / "store", events / 2 + known.count * 2, known);
  DaemonProcess daemon(place.program, folder);
  const double before = daemon.cpu_seconds();
  const auto began = now_ns();
  // A message of a known customer is two events, the message and its conversation.
  Subscribers client({daemon.port(), daemon.token(), 1, "", Noting::counts, 0, events / 2 - 10, events});
  const bool complete = client.wait_for_all(events / 2 - 10, began + catch_up_max);
  const auto sums = client.sums();
  if (!complete || sums.broken_chains > 0) report.broken("a client that was behind did not get everything in order");
  const double seconds = static_cast<double>(sums.last_at - began) / 1e9;
  report.row(fmt::format("resume of {} events by one client", events), fmt::format("{:.2f} s", seconds),
             fmt::format("{:.0f} events/s; {:.1f} us of the daemon's CPU each", static_cast<double>(events) / seconds,
                         (daemon.cpu_seconds() - before) * 1e6 / static_cast<double>(events)));
}

void measure_memory(const Place& place, int subscribers, Report& report) {
  DaemonProcess daemon(place.program, place.folder / "daemon");
  const double idle = daemon.resident_mib();
  report.row("memory, idle", fmt::format("{:.1f} MiB", idle), "resident; aim: under 30 MiB");
  const Subscribers quiet({daemon.port(), daemon.token(), subscribers, "", Noting::counts, 0, 0});
  const double each = (daemon.resident_mib() - idle) * 1024 / subscribers;
  report.row(fmt::format("memory, {} idle subscribers", subscribers), fmt::format("{:.1f} KiB each", each),
             "aim: under 15 KiB");
}

}  // namespace inboxd::bench
