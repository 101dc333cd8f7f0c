// Connections that are kept open, as a port: the daemon's are libcurl's (curl_streams.hpp), tests script them
// (tests/support/scripted_streams.hpp). Called by ingest on the net thread; all callbacks come there, never from within
// a call.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "connectors/sdk/stream.hpp"
#include "daemon/transfers/transfers.hpp"

namespace inboxd::transfers {

/// A provider that refuses a login is asked again much later than one that cannot be reached.
enum class ClosedBy { failure, login_refused };

struct StreamClosed {
  ClosedBy by = ClosedBy::failure;
  std::string why;  // a sentence without secrets
};

struct StreamCallbacks {
  /// Connected, over TLS where asked for, and logged in.
  std::function<void()> connected;
  /// No more than stream_unread_max bytes are on their way to this at once.
  std::function<void(std::string)> received;
  /// Once, and nothing after it; also for a connection that never came about.
  std::function<void(StreamClosed)> closed;
};

/// On their way from a connection to its owner; beyond it nothing more is read from the network.
inline constexpr std::size_t stream_unread_max = 1U << 20U;
/// Written but not taken by the peer; beyond it the connection is closed.
inline constexpr std::size_t stream_unwritten_max = 1U << 20U;

/// Dropped: what was written is offered to the network once more, then the connection is closed without a callback.
class StreamConnection {
 public:
  virtual ~StreamConnection() = default;
  virtual void write(std::string bytes) = 0;
  /// Stops reading; what is on its way still arrives.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

class StreamConnections {
 public:
  virtual ~StreamConnections() = default;
  /// Never blocks, never refuses at once. `reach`: the endpoint's scheme, host and port must be those of a base URL.
  virtual std::unique_ptr<StreamConnection> connect(connectors::StreamEndpoint endpoint, Reach reach,
                                                    StreamCallbacks callbacks) = 0;
};

}  // namespace inboxd::transfers
