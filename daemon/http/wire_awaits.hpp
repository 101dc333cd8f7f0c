// The wire's operations as things to wait for. Used by the connection.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/http/live_socket.hpp"
#include "daemon/http/spawn.hpp"
#include "daemon/http/wire.hpp"

namespace inboxd::http {

struct Received {
  boost::system::error_code error;
  std::size_t size = 0;
};

asio::awaitable<Received> handshake(std::shared_ptr<Wire> wire);
asio::awaitable<Received> receive(std::shared_ptr<Wire> wire, asio::mutable_buffer into);
/// Until the queue is empty.
asio::awaitable<Received> drained(std::shared_ptr<Wire> wire);
/// Until the WebSocket has ended.
asio::awaitable<bool> live(std::shared_ptr<Wire> wire, LiveStart start);

}  // namespace inboxd::http
