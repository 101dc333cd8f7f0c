// Plain system calls, so that each failure has its own sentence.
#include "daemon/service/listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace inboxd::service {

namespace {

/// Connections that wait to be accepted; the kernel cuts it to net.core.somaxconn.
constexpr int backlog = 1024;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

Error refused(const std::string& address, int number) {
  std::string why = std::generic_category().message(number);
  if (number == EADDRINUSE) why = "the address is in use by another process";
  if (number == EACCES || number == EPERM) why = "this user may not listen there";
  if (number == EADDRNOTAVAIL) why = "this machine does not have that address";
  if (number == ENOENT) why = "the folder does not exist";
  return {ErrorCode::conflict, "Cannot listen on " + address + ": " + why + ".", {}};
}

/// Whether a process accepts on the socket file.
bool answers(const sockaddr_un& name) {
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (probe.get() < 0) return false;
  const int outcome = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
  return outcome == 0 || errno == EAGAIN;
}

Result<ListeningSocket> open_unix(const std::string& path, SocketAccess access) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path)
    return bad_request("Cannot listen on " + path + ": the path is longer than 107 bytes.");
  std::memcpy(name.sun_path, path.data(), path.size());
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode))
      return Error{ErrorCode::conflict, "Cannot listen on " + path + ": there is a file that is no socket.", {}};
    if (answers(name)) return refused(path, EADDRINUSE);
    if (::unlink(path.c_str()) != 0) return refused(path, errno);
  }
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return refused(path, errno);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) return refused(path, errno);
  // Nobody can connect before listen(), so the mode is right in time.
  const mode_t group = access == SocketAccess::group ? S_IRGRP | S_IWGRP : 0;
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR | group) != 0) return refused(path, errno);
  if (::listen(socket.get(), backlog) != 0) return refused(path, errno);
  return ListeningSocket{socket.release(), SocketFamily::unix_domain, AF_UNIX, 0, path};
}

std::uint16_t bound_port(int descriptor) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0) return 0;
  if (name.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&name)->sin_port);
  if (name.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&name)->sin6_port);
  return 0;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<ListeningSocket> open_tcp(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size())
    return bad_request("Cannot listen on " + address + ": write host:port, for example 127.0.0.1:8800.");
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* resolved = nullptr;
  const char* const node = host.empty() ? nullptr : host.c_str();
  const int failure = ::getaddrinfo(node, address.c_str() + colon + 1, &hints, &resolved);
  if (failure != 0) return bad_request("Cannot listen on " + address + ": " + ::gai_strerror(failure) + ".");
  const AddressList addresses(resolved, &::freeaddrinfo);
  Descriptor socket(::socket(resolved->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return refused(address, errno);
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), resolved->ai_addr, resolved->ai_addrlen) != 0) return refused(address, errno);
  if (::listen(socket.get(), backlog) != 0) return refused(address, errno);
  const std::uint16_t port = bound_port(socket.get());
  return ListeningSocket{socket.release(), SocketFamily::tcp, resolved->ai_family, port, {}};
}

}  // namespace

Result<ListeningSocket> open_listening_socket(const std::string& address, SocketAccess access) {
  return address.find('/') != std::string::npos ? open_unix(address, access) : open_tcp(address);
}

Result<ListeningSocket> adopt_listening_socket(int descriptor) {
  int listening = 0;
  socklen_t size = sizeof listening;
  const int answered = ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size);
  if (answered != 0 || listening == 0)
    return bad_request("Descriptor " + std::to_string(descriptor) + " is not a listening socket.");
  int family = 0;
  size = sizeof family;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0)
    return refused("descriptor " + std::to_string(descriptor), errno);
  const SocketFamily kind = family == AF_UNIX ? SocketFamily::unix_domain : SocketFamily::tcp;
  return ListeningSocket{descriptor, kind, family, bound_port(descriptor), {}};
}

}  // namespace inboxd::service
