// What all connections of one server share. Owned by the server and by the connections that outlive it for a turn.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/clock/clock.hpp"
#include "daemon/http/disk_workers.hpp"
#include "daemon/http/router.hpp"
#include "daemon/http/server.hpp"
#include "daemon/http/spawn.hpp"
#include "daemon/http/trusted_proxies.hpp"

namespace inboxd::http {

struct ConnectionContext {
  const Router& router;
  storage::Blobs& blobs;
  Clock& clock;
  ServerOptions options;
  TrustedProxies trusted_proxies;
  Report report;
  DiskWorkers disk;
  bool draining = false;

  ConnectionContext(const Router& routes, storage::Blobs& blob_store, Clock& time, ServerOptions given, Report reporter)
      : router(routes), blobs(blob_store), clock(time), options(std::move(given)), report(std::move(reporter)) {}
};

}  // namespace inboxd::http
