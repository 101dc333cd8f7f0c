// The listening sockets of a server and the set of its connections: accepts, counts, sweeps time-outs, drains.
// Owned by Server, and by its own accepts under way.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/http/connection.hpp"
#include "daemon/http/connection_context.hpp"
#include "daemon/http/wire.hpp"
#include "daemon/service/listening_socket.hpp"

namespace inboxd::http {

class Acceptors : public std::enable_shared_from_this<Acceptors> {
 public:
  Acceptors(asio::io_context& loop, std::shared_ptr<ConnectionContext> context);

  Result<void> listen();
  [[nodiscard]] std::uint16_t local_port(Listener listener) const;
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  void stop();
  void drain(Milliseconds deadline, std::function<void()> done);
  Result<std::function<void()>> prepare(const ServerReload& fresh);
  /// Stops, and cuts all connections now.
  void abandon();

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Wire::Executor>;
  using Endpoint = asio::generic::stream_protocol::endpoint;
  struct Door {
    Listener listener;
    service::ListeningSocket socket;
    Acceptor acceptor;
    Endpoint peer;
    std::optional<std::chrono::steady_clock::time_point> complained_at;
  };

  Result<void> open(const ListenOptions& options);
  void accept(std::shared_ptr<Door> door);
  void complain(Door& door, const boost::system::error_code& error) const;
  void accepted(const std::shared_ptr<Door>& door, boost::system::error_code error, Wire::Socket socket);
  void accept_later(std::shared_ptr<Door> door);
  void start(const Door& door, Wire::Socket socket);
  void sweep_later();
  void sweep();
  void ended();
  [[nodiscard]] std::size_t count(Listener listener) const;

  asio::io_context& loop_;
  std::shared_ptr<ConnectionContext> context_;
  std::shared_ptr<asio::ssl::context> tls_;
  std::vector<std::shared_ptr<Door>> doors_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  asio::steady_timer sweep_timer_;
  bool stopped_ = false;
  bool cut_ = false;  // everything that was left at the drain's deadline
  Wire::SteadyTime drain_until_ = Wire::SteadyTime::max();
  std::function<void()> drained_;
};

}  // namespace inboxd::http
