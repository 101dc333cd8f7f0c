// Loopback sockets and epoll.
#include "tests/bench/sockets.hpp"

#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace inboxd::bench {
namespace {

constexpr Nanoseconds second = 1'000'000'000;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Nanoseconds now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * second + time.tv_nsec;
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Descriptor connect_to(int port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

void make_nonblocking(const Descriptor& socket) {
  if (fcntl(socket.get(), F_SETFL, fcntl(socket.get(), F_GETFL) | O_NONBLOCK) != 0) fail("fcntl");
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void receive_some(int socket, std::string& into) {
  char buffer[16'384];
  const auto got = ::recv(socket, buffer, sizeof buffer, 0);
  if (got < 0) fail("recv");
  if (got == 0) throw std::runtime_error("the daemon closed a connection");
  into.append(buffer, static_cast<std::size_t>(got));
}

Epoll::Epoll() : epoll_(epoll_create1(EPOLL_CLOEXEC)), ready_(1024) {
  if (epoll_.get() < 0) fail("epoll_create1");
}

void Epoll::add(int fd, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

void Epoll::remove(int fd) { epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

std::span<const epoll_event> Epoll::wait(Nanoseconds wait) {
  const timespec limit{wait / second, wait % second};
  const int count = epoll_pwait2(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), &limit, nullptr);
  if (count < 0 && errno != EINTR) fail("epoll_pwait2");
  return {ready_.data(), static_cast<std::size_t>(count < 0 ? 0 : count)};
}

}  // namespace inboxd::bench
