// What a large store, many quiet subscribers and a client far behind cost. Called by bench.cpp.
#pragma once

#include "tests/bench/phases.hpp"

namespace inboxd::bench {

/// Start, search, inbound and the list of conversations, on an empty store and on one with `messages`.
void measure_scale(const Place& place, std::int64_t messages, Report& report);
/// One client that is `events` behind.
void measure_resume(const Place& place, std::int64_t events, Report& report);
/// The daemon at rest, and with so many subscribers who are told nothing.
void measure_memory(const Place& place, int subscribers, Report& report);

}  // namespace inboxd::bench
