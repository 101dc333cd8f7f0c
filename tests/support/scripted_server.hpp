// A plain server on loopback (a port of the system's choice) or a Unix socket, whose every connection is handled by
// the test's own code on a thread of its own: so that it can answer wrongly, late, half, or not at all.
#pragma once

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace inboxd {

struct ScriptedRequest {
  std::string head;  // request line and headers, without the empty line
  std::string body;
};

/// The server's end of one accepted connection.
class ScriptedConnection {
 public:
  explicit ScriptedConnection(int socket) : socket_(socket) {}

  /// The next request with the whole of its Content-Length body; nothing when the peer is gone.
  std::optional<ScriptedRequest> read_request() {
    const auto end = read_until("\r\n\r\n");
    if (!end) return std::nullopt;
    ScriptedRequest request{buffer_.substr(0, *end), {}};
    buffer_.erase(0, *end + 4);
    const std::size_t length = content_length(request.head);
    while (buffer_.size() < length)
      if (!receive()) return std::nullopt;
    request.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return request;
  }
  /// The head alone, its body unread.
  bool read_head() { return read_until("\r\n\r\n").has_value(); }
  /// Up to the next CRLF, which is left out; nothing when the peer is gone.
  std::optional<std::string> read_line() {
    const auto end = read_until("\r\n");
    if (!end) return std::nullopt;
    std::string line = buffer_.substr(0, *end);
    buffer_.erase(0, *end + 2);
    return line;
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void answer(int status, std::string_view body, std::string_view headers = {}) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size());
    text += "\r\n";
    text += headers;
    text += "\r\n";
    text += body;
    write(text);
  }
  /// Until the peer or the server's end closes; discards what comes.
  void wait_until_closed() {
    while (receive()) buffer_.clear();
  }
  /// For a handler that speaks TLS itself.
  [[nodiscard]] int socket() const { return socket_; }
  /// The close that follows sends RST instead of FIN.
  void reset_on_close() {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

 private:
  static std::size_t content_length(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::strtoull(head.c_str() + at + 16, nullptr, 10);
  }
  std::optional<std::size_t> read_until(std::string_view mark) {
    for (auto at = buffer_.find(mark);; at = buffer_.find(mark)) {
      if (at != std::string::npos) return at;
      if (!receive()) return std::nullopt;
    }
  }
  bool receive() {
    std::array<char, 16384> chunk{};
    const auto got = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return false;
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  std::string buffer_;
};

class ScriptedServer {
 public:
  using Handler = std::function<void(ScriptedConnection&)>;

  /// On 127.0.0.1, or on a Unix socket at `path`.
  explicit ScriptedServer(Handler handler, const std::string& path = {}) : handler_(std::move(handler)) {
    path.empty() ? listen_on_loopback() : listen_on_path(path);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~ScriptedServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void listen_on_loopback() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listen_at(AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  void listen_on_path(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    listen_at(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  void listen_at(int family, const sockaddr* address, socklen_t size) {
    listener_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener_ < 0 || ::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0)
      throw std::runtime_error("cannot listen");
  }
  void accept_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0 || stopping_) {
        if (socket >= 0) ::close(socket);
        return;
      }
      ++connections_;
      {
        const std::lock_guard lock(mutex_);
        open_.insert(socket);
      }
      threads_.emplace_back([this, socket] { handle(socket); });
    }
  }
  void handle(int socket) {
    ScriptedConnection connection(socket);
    handler_(connection);
    const std::lock_guard lock(mutex_);
    open_.erase(socket);
    ::close(socket);
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;  // guards open_
  std::set<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace inboxd
