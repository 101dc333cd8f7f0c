// The HTTP and WebSocket server of the daemon: listens, accepts, limits, drains. The application builds it over a
// finished Router; everything runs on the thread of one io_context. No Beast beyond this line.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "daemon/clock/clock.hpp"
#include "daemon/http/message.hpp"
#include "daemon/http/router.hpp"
#include "schemas/types/result.hpp"
#include "storage/blobs.hpp"

namespace inboxd::http {

struct ListenOptions {
  Listener listener = Listener::main;
  /// "127.0.0.1:8800", "[::1]:8800", "0.0.0.0:0" (any port), or a Unix socket's path: "/run/inboxd/admin.sock".
  std::string address;
  /// A listening socket that someone else opened (systemd's socket activation); owned from here on.
  std::optional<int> descriptor = {};
};

struct ServerTimeouts {
  Milliseconds header{10'000};  // from a request's first byte (a new connection: from its accept) to its header's end
  Milliseconds idle{75'000};    // between requests
  Milliseconds body{30'000};    // without a byte of the body, or without one of the answer taken
  Milliseconds discard{5'000};  // reading on after a refusal, so that the sender sees the answer
  Milliseconds drain_fresh{1'000};  // of a drain, for the first request of a connection that was accepted already
  Milliseconds live_close{5'000};   // from our close frame to the end, whatever the peer does
};

/// A request with its answer, for whoever counts. The views live as long as the router.
struct ServedRequest {
  Listener listener = Listener::main;
  std::string_view method;   // the route's; empty without one, as a client may write anything
  std::string_view pattern;  // the route's: "/v1/conversations/{}"; empty: no path of ours
  int status = 200;
  std::chrono::microseconds duration{0};  // from the request's head to the beginning of its answer
};

struct ServerOptions {
  std::vector<ListenOptions> listeners;
  /// PEM files, both or none. With them Listener::main on TCP speaks TLS only.
  std::string tls_certificate = {};
  std::string tls_key = {};
  /// Whose X-Forwarded-For counts: addresses, networks, and "unix" for peers on a Unix socket.
  std::vector<std::string> trusted_proxies = {};
  std::string server_header = "inboxd";
  ServerTimeouts timeouts = {};
  /// Open connections of each listener; one more is answered 503 and closed.
  std::size_t connections_max = 10'000;
  std::uint32_t header_max = 16 * 1024;
  /// What a refused sender may still send before it is cut off.
  std::uint64_t discard_max = 64ULL << 20U;
  /// Called on the net thread for each answer; a WebSocket counts with its 101.
  std::function<void(const ServedRequest&)> observe = {};
};

/// What a running server can be given anew.
struct ServerReload {
  std::string tls_certificate = {};
  std::string tls_key = {};
  std::vector<std::string> trusted_proxies = {};
  std::size_t connections_max = 10'000;
};

class Acceptors;

class Server {
 public:
  /// `report` gets a line per failure that no client can be told of; never bodies or tokens.
  Server(boost::asio::io_context& loop, const Router& router, storage::Blobs& blobs, Clock& clock,
         ServerOptions options, std::function<void(std::string_view)> report);
  /// Cuts all connections. The loop must not run handlers of the router afterwards.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Opens everything or nothing; the error says which address and why.
  Result<void> listen();
  /// Of the first TCP listener of this kind; 0: none.
  [[nodiscard]] std::uint16_t local_port(Listener listener) const;
  [[nodiscard]] std::size_t connections() const;

  void stop_accepting();
  /// Idle connections end now (one that has asked nothing yet: within drain_fresh), others after the answer under way;
  /// live connections are the application's to close. After `deadline` the rest is cut, and a handler that never
  /// answers is waited for no more. `done` once, when no connection is left. Stops accepting.
  void drain(Milliseconds deadline, std::function<void()> done);
  /// Reads and parses all of it, and changes nothing; what it gives back then applies it and cannot fail. Certificate
  /// and key hold for new connections.
  Result<std::function<void()>> prepare(const ServerReload& fresh);

 private:
  std::shared_ptr<Acceptors> acceptors_;  // shared with accepts and connections under way
};

}  // namespace inboxd::http
