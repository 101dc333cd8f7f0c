// Visitors of the web chat who write, and one agent who listens. Called by bench.cpp.
#pragma once

#include "tests/bench/phases.hpp"

namespace inboxd::bench {

void measure_visitors(const Place& place, double per_second, std::int64_t messages, Report& report);

}  // namespace inboxd::bench
