// One sweep looks at all connections' time-outs: setting one is then a store to memory, not a timer.
#include "daemon/http/acceptors.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/http/certificate.hpp"

namespace inboxd::http {

namespace {

/// Beyond connections_max this many more are told so; the others are closed without a word.
constexpr std::size_t refused_max = 64;
constexpr Milliseconds accept_pause{100};
/// While nothing can be accepted the log says so this often, not at every try.
constexpr Milliseconds complaint_pause{10'000};

std::string peer_address(const asio::generic::stream_protocol::endpoint& endpoint) {
  const sockaddr* const name = endpoint.data();
  if (name->sa_family != AF_INET && name->sa_family != AF_INET6) return "unix";
  asio::ip::tcp::endpoint peer;
  std::memcpy(peer.data(), name, std::min(endpoint.size(), peer.capacity()));
  asio::ip::address address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

asio::awaitable<void> serve(std::shared_ptr<Connection> connection, std::function<void()> ended) {
  co_await connection->run();
  ended();
}

asio::awaitable<void> turn_away(std::shared_ptr<Connection> connection, std::function<void()> ended) {
  Response refusal = problem({ErrorCode::storage_unavailable, "Too many connections are open.", Milliseconds{1000}});
  co_await connection->refuse(std::move(refusal));
  ended();
}

}  // namespace

Acceptors::Acceptors(asio::io_context& loop, std::shared_ptr<ConnectionContext> context)
    : loop_(loop), context_(std::move(context)), sweep_timer_(loop) {}

Result<void> Acceptors::listen() {
  const ServerOptions& given = context_->options;
  auto apply = prepare({given.tls_certificate, given.tls_key, given.trusted_proxies, given.connections_max});
  if (!apply) return apply.error();
  (*apply)();
  Result<void> opened;
  for (const ListenOptions& options : context_->options.listeners)
    if (opened) opened = open(options);
  if (!opened) {
    stop();
    return opened;
  }
  for (const auto& door : doors_) accept(door);
  sweep_later();
  return {};
}

Result<void> Acceptors::open(const ListenOptions& options) {
  auto socket = options.descriptor ? service::adopt_listening_socket(*options.descriptor)
                                   : service::open_listening_socket(options.address);
  if (!socket) return socket.error();
  auto door =
      std::make_shared<Door>(Door{options.listener, std::move(*socket), Acceptor(loop_.get_executor()), {}, {}});
  const int protocol = door->socket.family == service::SocketFamily::tcp ? IPPROTO_TCP : 0;
  door->acceptor.assign({door->socket.address_family, protocol}, door->socket.descriptor);
  doors_.push_back(std::move(door));
  return {};
}

std::uint16_t Acceptors::local_port(Listener listener) const {
  for (const auto& door : doors_)
    if (door->listener == listener && door->socket.family == service::SocketFamily::tcp) return door->socket.port;
  return 0;
}

Result<std::function<void()>> Acceptors::prepare(const ServerReload& fresh) {
  auto proxies = TrustedProxies::parse(fresh.trusted_proxies);
  if (!proxies) return proxies.error();
  if (fresh.tls_certificate.empty() != fresh.tls_key.empty())
    return bad_request("TLS needs both a certificate and its key.");
  std::shared_ptr<asio::ssl::context> tls;
  if (!fresh.tls_certificate.empty()) {
    auto loaded = load_certificate(fresh.tls_certificate, fresh.tls_key);
    if (!loaded) return loaded.error();
    tls = std::move(*loaded);
  }
  return std::function<void()>(
      [self = shared_from_this(), tls, proxies = std::move(*proxies), connections_max = fresh.connections_max] {
        self->tls_ = tls;
        self->context_->trusted_proxies = proxies;
        self->context_->options.connections_max = connections_max;
      });
}

void Acceptors::accept(std::shared_ptr<Door> door) {
  Acceptor& acceptor = door->acceptor;
  Endpoint& peer = door->peer;
  peer = Endpoint();
  acceptor.async_accept(
      peer, [self = shared_from_this(), door = std::move(door)](boost::system::error_code error, Wire::Socket socket) {
        self->accepted(door, error, std::move(socket));
      });
}

void Acceptors::accepted(const std::shared_ptr<Door>& door, boost::system::error_code error, Wire::Socket socket) {
  // Accepted in the very turn in which a drain began: its peer was let in, so it is heard.
  if (stopped_ && !error && context_->draining) return start(*door, std::move(socket));
  if (stopped_) return;
  if (error) {
    complain(*door, error);
    return accept_later(door);  // mostly no descriptors left: a pause lets some come back
  }
  start(*door, std::move(socket));
  accept(door);
}

void Acceptors::complain(Door& door, const boost::system::error_code& error) const {
  const auto now = std::chrono::steady_clock::now();
  if (door.complained_at && now < *door.complained_at + complaint_pause) return;
  door.complained_at = now;
  if (context_->report) context_->report("accept: " + error.message() + "; tried again until it passes");
}

void Acceptors::accept_later(std::shared_ptr<Door> door) {
  auto pause = std::make_shared<asio::steady_timer>(loop_, accept_pause);
  pause->async_wait([self = shared_from_this(), pause, door = std::move(door)](boost::system::error_code) {
    if (!self->stopped_) self->accept(door);
  });
}

void Acceptors::start(const Door& door, Wire::Socket socket) {
  const bool tcp = door.socket.family == service::SocketFamily::tcp;
  const std::size_t open_now = count(door.listener);
  const std::size_t open_max = context_->options.connections_max;
  if (open_now >= open_max + refused_max) return;
  boost::system::error_code ignored;  // a connection works without it, only slower
  if (tcp) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const bool encrypt = tls_ && tcp && door.listener == Listener::main;
  if (encrypt && open_now >= open_max) return;
  auto wire = std::make_shared<Wire>(std::move(socket), encrypt ? tls_ : nullptr);
  auto connection =
      std::make_shared<Connection>(std::move(wire), Peer{door.listener, peer_address(door.peer)}, context_);
  connections_.insert(connection);
  std::function<void()> end = [self = shared_from_this(), connection] {
    self->connections_.erase(connection);
    self->ended();
  };
  if (open_now >= open_max)
    spawn(loop_.get_executor(), "refused connection", context_->report, turn_away(connection, std::move(end)));
  else
    spawn(loop_.get_executor(), "connection", context_->report, serve(connection, std::move(end)));
}

std::size_t Acceptors::count(Listener listener) const {
  if (connections_.size() < context_->options.connections_max) return connections_.size();
  return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(), [listener](const auto& held) {
    return held->peer().listener == listener;
  }));
}

void Acceptors::sweep_later() {
  const ServerTimeouts& timeouts = context_->options.timeouts;
  const Milliseconds shortest =
      std::min({timeouts.header, timeouts.idle, timeouts.body, timeouts.discard, timeouts.live_close});
  sweep_timer_.expires_after(std::clamp(shortest / 4, Milliseconds{10}, Milliseconds{250}));
  sweep_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->sweep();
  });
}

void Acceptors::sweep() {
  const auto now = std::chrono::steady_clock::now();
  const bool cut_all = now >= drain_until_;
  // What was cut a sweep ago and is still there waits for a handler that does not answer: nobody waits for it.
  if (cut_all && std::exchange(cut_, true)) {
    connections_.clear();
    return ended();
  }
  for (const auto& connection : connections_) {
    connection->notice_peer();
    if (cut_all || now >= connection->wire().expires_at()) connection->wire().abort();
  }
  sweep_later();
}

void Acceptors::stop() {
  if (std::exchange(stopped_, true)) return;
  for (const auto& door : doors_) {
    boost::system::error_code ignored;  // closed either way
    door->acceptor.close(ignored);
    if (!door->socket.path.empty()) ::unlink(door->socket.path.c_str());
  }
}

void Acceptors::drain(Milliseconds deadline, std::function<void()> done) {
  stop();
  context_->draining = true;
  drained_ = std::move(done);
  drain_until_ = std::chrono::steady_clock::now() + deadline;
  for (const auto& connection : connections_) connection->drain();
  ended();
}

/// Asked again behind what the loop's queue holds: whoever was accepted as the drain began may still be in it.
void Acceptors::ended() {
  if (!connections_.empty() || !drained_) return;
  asio::post(loop_, [self = shared_from_this()] {
    if (!self->connections_.empty() || !self->drained_) return;
    self->sweep_timer_.cancel();
    std::exchange(self->drained_, nullptr)();
  });
}

void Acceptors::abandon() {
  stop();
  sweep_timer_.cancel();
  drained_ = nullptr;
  for (const auto& connection : connections_) connection->wire().abort();
}

}  // namespace inboxd::http
