// Loopback sockets and epoll, as thin as can be: the generator shares its cores with what it measures. Used by the
// webhook senders and the subscribers, never by the daemon's tests.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/epoll.h>

namespace inboxd::bench {

using Nanoseconds = std::int64_t;

/// The one clock of all measurements.
Nanoseconds now_ns();

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] int get() const { return fd_; }
  void close();

 private:
  int fd_ = -1;
};

/// A blocking connection to 127.0.0.1. Throws when there is none.
Descriptor connect_to(int port);
void make_nonblocking(const Descriptor& socket);
/// All of it; throws when the peer is gone.
void send_all(int socket, std::string_view bytes);
/// Appends what is there to `into`, blocking for the first byte; throws at the end of the connection.
void receive_some(int socket, std::string& into);

class Epoll {
 public:
  Epoll();
  void add(int fd, std::uint64_t tag);
  void remove(int fd);
  /// Ready ones, at latest after `wait`.
  std::span<const epoll_event> wait(Nanoseconds wait);

 private:
  Descriptor epoll_;
  std::vector<epoll_event> ready_;
};

}  // namespace inboxd::bench
