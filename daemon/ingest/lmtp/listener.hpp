// Where a mail server on this machine hands mail over by LMTP: one listening socket for all inboxes, on loopback or a
// Unix socket, because LMTP knows no login. Owned by the app: listens at the start, drains at the end; reloads reach it
// through the current channels, which each recipient is looked up in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "daemon/ingest/lmtp/connection.hpp"
#include "daemon/ingest/lmtp/handover.hpp"
#include "daemon/service/listening_socket.hpp"

namespace inboxd::ingest::lmtp {

/// At once; whoever comes then is told to try again. A mail server opens 20 to one destination (Postfix's default).
inline constexpr std::size_t connections_max = 100;
/// After a failed accept: mostly no descriptors left, and some come back.
inline constexpr Milliseconds accept_pause{100};

class Listener {
 public:
  Listener(boost::asio::io_context& loop, Surroundings surroundings);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// "127.0.0.1:8824", "[::1]:8824" or a path; a Unix socket's file has mode 0660.
  Result<void> listen(const std::string& address);
  [[nodiscard]] std::uint16_t port() const { return socket_.port; }
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  /// Nobody new; connections end as Connection::drain() says, at the latest after `deadline`. `done` once none is left,
  /// perhaps before this returns.
  void drain(Milliseconds deadline, std::function<void()> done);

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  void accept();
  void accepted(boost::system::error_code error, Connection::Socket socket);
  void stop();
  void abandon();
  void finish_drain();

  Surroundings with_;
  service::ListeningSocket socket_;
  Acceptor acceptor_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::unique_ptr<Wait> pause_;
  bool complained_ = false;  // of failed accepts, since the last that went well
  std::unique_ptr<Wait> drain_deadline_;
  std::function<void()> drained_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest::lmtp
