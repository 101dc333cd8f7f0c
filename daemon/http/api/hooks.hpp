// /hooks/{inbox}: providers' webhooks, verified by the inbox's connector; and the probes that need no token.
#pragma once

#include <functional>
#include <string>

#include "daemon/clock/clock.hpp"
#include "daemon/http/router.hpp"
#include "daemon/ingest/webhooks.hpp"
#include "daemon/observe/health.hpp"
#include "daemon/observe/metrics.hpp"

namespace inboxd::http {

inline constexpr std::uint64_t webhook_bytes_max = 8U << 20U;

void add_hook_routes(Router& router, ingest::Webhooks& webhooks);

struct ProbeSurroundings {
  const Clock& clock;
  const observe::Health& health;
  const observe::Metrics& metrics;
  /// Brings gauges up to date before they are read.
  std::function<void()> refresh;
  /// Drawn anew by each process and no secret: who asks through a proxy knows by it which daemon answers.
  std::string instance;
};
/// /healthz and /readyz on the main listener, /metrics on its own.
void add_probe_routes(Router& router, const ProbeSurroundings& surroundings);

}  // namespace inboxd::http
