// Measures the daemon against what the machine can do, and prints one table. Started by tests/bench/run.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/bench/phases.hpp"
#include "tests/bench/scale.hpp"
#include "tests/bench/visitors.hpp"

namespace inboxd::bench {
namespace {

/// 5,000 subscribers are 5,000 descriptors here, and as many in the daemon, which inherits the limit.
void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void measure(const Place& place, const std::set<std::string>& only, std::int64_t messages, std::int64_t stored,
             Report& report) {
  const auto wanted = [&](const char* phase) { return only.empty() || only.contains(phase); };
  constexpr auto messages_only = R"(["message.*"])";
  constexpr Customers fresh{};
  constexpr Customers known{1'000};
  const std::pair<const char*, Inbound> inbound[] = {
      {"new", {"new customers, 50 subscribers to everything", fresh, messages, 50, ""}},
      {"new-messages", {"new customers, 50 subscribers to message.*", fresh, messages, 50, messages_only}},
      {"known", {"1,000 customers, 50 subscribers to everything", known, messages, 50, ""}},
      {"known-messages", {"1,000 customers, 50 subscribers to message.*", known, messages, 50, messages_only}},
      {"known-one", {"1,000 customers, one subscriber to everything", known, messages, 1, ""}},
  };
  if (only.empty() || !std::all_of(only.begin(), only.end(), [](const auto& one) {
        return one != "inbound" && !one.starts_with("new") && !one.starts_with("known");
      }))
    report.section("Inbound at saturation, 64 keep-alive connections, each webhook acknowledged after its fsync");
  for (const auto& [name, variant] : inbound)
    if (wanted("inbound") || only.contains(name)) measure_inbound(place, variant, report);
  if (wanted("paced")) {
    report.section("Latency, webhooks evenly spaced, 50 subscribers to everything");
    measure_paced(place, 200, 1'000, report);
    measure_paced(place, 2'000, 10'000, report);
  }
  if (wanted("visitors")) {
    report.section("Web chat");
    measure_visitors(place, 200, 2'000, report);
  }
  if (wanted("fanout")) {
    report.section("Fan-out to subscribers to message.*");
    measure_fan_out(place, {100, 1, 50}, report);
    measure_fan_out(place, {1'000, 1, 50}, report);
    measure_fan_out(place, {5'000, 1, 30}, report);
    measure_fan_out(place, {1'000, 64, 10}, report);
  }
  if (wanted("resume") || wanted("memory") || wanted("scale")) report.section("Size");
  if (wanted("resume")) measure_resume(place, 100'000, report);
  if (wanted("memory")) measure_memory(place, 5'000, report);
  if (wanted("scale")) measure_scale(place, stored, report);
}

}  // namespace
}  // namespace inboxd::bench

/// inboxd_bench PROGRAM FOLDER [messages=N] [stored=N]
///     [inbound|new|new-messages|known|known-messages|known-one|paced|visitors|fanout|resume|memory|scale …]
int main(int argc, char** argv) {
  using namespace inboxd::bench;
  if (argc < 3) {
    fmt::print(stderr,
               "usage: inboxd_bench PROGRAM FOLDER [messages=N] [stored=N] "
               "[inbound|paced|visitors|fanout|resume|memory|scale ...]\n");
    return 64;
  }
  std::int64_t messages = 20'000;
  std::int64_t stored = 1'000'000;
  std::set<std::string> only;
  for (int i = 3; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with("messages=")) {
      messages = std::stoll(argument.substr(9));
    } else if (argument.starts_with("stored=")) {
      stored = std::stoll(argument.substr(7));
    } else {
      only.insert(argument);
    }
  }
  raise_descriptor_limit();
  Report report;
  try {
    measure({argv[1], std::filesystem::absolute(argv[2])}, only, messages, stored, report);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "inboxd_bench: {}\n", failure.what());
    return 74;
  }
  return report.good() ? 0 : 1;
}
