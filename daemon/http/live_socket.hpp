// A WebSocket over a wire: Beast shakes hands and reads, frames out are ours. Started by the connection, which waits
// for its end. No Beast in this header.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/http/live_connection.hpp"
#include "daemon/http/request_parser.hpp"
#include "daemon/http/spawn.hpp"
#include "daemon/http/wire.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::http {

struct LiveStart {
  RequestHead head;
  std::string subprotocol;  // chosen; empty: the route has none
  LiveOptions options;
  std::function<std::unique_ptr<LiveSession>(LiveConnection&)> accept;
  std::string server_header;
  Milliseconds handshake_timeout;
  Milliseconds close_timeout;
  Report report;
  /// Called once, when the session is gone and the wire is closed.
  std::function<void()> ended;
};

void start_live(std::shared_ptr<Wire> wire, LiveStart start);

}  // namespace inboxd::http
