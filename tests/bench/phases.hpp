// What is measured, one function each; called in order by bench.cpp. Every phase has a daemon and a folder of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/bench/report.hpp"
#include "tests/bench/traffic.hpp"

namespace inboxd::bench {

struct Place {
  std::filesystem::path program;
  std::filesystem::path folder;  // temporary; databases of floor and daemon are made side by side in it
};

struct Inbound {
  std::string title;
  Customers customers;
  std::int64_t messages = 20'000;
  int subscribers = 50;
  std::string events;  // as in a subscribe frame
};

/// The floor before and after, and the daemon between them.
void measure_inbound(const Place& place, const Inbound& inbound, Report& report);
/// Webhooks evenly spaced, 50 subscribers listening.
void measure_paced(const Place& place, double per_second, std::int64_t messages, Report& report);

struct FanOut {
  int subscribers = 100;
  int burst = 1;  // messages at once
  int rounds = 30;
};
void measure_fan_out(const Place& place, const FanOut& fan_out, Report& report);

}  // namespace inboxd::bench
