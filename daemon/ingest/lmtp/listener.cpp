#include "daemon/ingest/lmtp/listener.hpp"

#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <netinet/in.h>
#include <unistd.h>

namespace inboxd::ingest::lmtp {

namespace asio = boost::asio;

namespace {

constexpr std::string_view too_many_connections = "421 4.3.2 Too many connections are open; try again\r\n";

/// What does not fit into the socket's buffer at once, an empty one, was not worth waiting for.
void turn_away(Connection::Socket socket) {
  boost::system::error_code ignored;  // closed either way
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(too_many_connections), ignored);
}

}  // namespace

Listener::Listener(asio::io_context& loop, Surroundings surroundings)
    : with_(std::move(surroundings)), acceptor_(loop) {}

Listener::~Listener() {
  stop();
  abandon();
}

Result<void> Listener::listen(const std::string& address) {
  auto opened = service::open_listening_socket(address, service::SocketAccess::group);
  if (!opened) return opened.error();
  socket_ = std::move(*opened);
  const int protocol = socket_.family == service::SocketFamily::tcp ? IPPROTO_TCP : 0;
  acceptor_.assign({socket_.address_family, protocol}, socket_.descriptor);
  accept();
  return {};
}

void Listener::accept() {
  acceptor_.async_accept(lifetime_.guard(
      [this](boost::system::error_code error, Connection::Socket socket) { accepted(error, std::move(socket)); }));
}

void Listener::accepted(boost::system::error_code error, Connection::Socket socket) {
  if (!acceptor_.is_open()) return;
  if (error) {
    if (!std::exchange(complained_, true)) with_.observer.failed({}, "lmtp", "accept: " + error.message());
    pause_ = with_.clock.after(accept_pause, [this] { accept(); });
    return;
  }
  complained_ = false;
  accept();
  if (connections_.size() >= connections_max) return turn_away(std::move(socket));
  boost::system::error_code ignored;  // a connection works without it, only slower
  if (socket_.family == service::SocketFamily::tcp) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  auto connection = std::make_shared<Connection>(std::move(socket), with_,
                                                 lifetime_.guard([this](const std::shared_ptr<Connection>& ended) {
                                                   connections_.erase(ended);
                                                   finish_drain();
                                                 }));
  connections_.insert(connection);
  connection->start();
}

void Listener::stop() {
  if (!acceptor_.is_open()) return;
  boost::system::error_code ignored;  // closed either way
  acceptor_.close(ignored);
  pause_.reset();
  if (!socket_.path.empty()) ::unlink(socket_.path.c_str());
}

void Listener::drain(Milliseconds deadline, std::function<void()> done) {
  stop();
  drained_ = std::move(done);
  drain_deadline_ = with_.clock.after(deadline, [this] {
    abandon();
    finish_drain();
  });
  for (const auto& connection : connections_) connection->drain();
  finish_drain();
}

void Listener::abandon() {
  for (const auto& connection : connections_) connection->abandon();
  connections_.clear();
}

void Listener::finish_drain() {
  if (!drained_ || !connections_.empty()) return;
  drain_deadline_.reset();
  std::exchange(drained_, nullptr)();
}

}  // namespace inboxd::ingest::lmtp
