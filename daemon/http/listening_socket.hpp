// Opens the sockets that the server accepts on. Used by the server; accepts nothing itself.
#pragma once

#include <cstdint>
#include <string>

#include "schemas/types/result.hpp"

namespace inboxd::http {

enum class SocketFamily { tcp, unix_domain };

struct ListeningSocket {
  int descriptor = -1;  // the caller's to close
  SocketFamily family = SocketFamily::tcp;
  int address_family = 0;  // AF_…
  std::uint16_t port = 0;  // TCP only
  std::string path;        // of a Unix socket that we made: removed when accepting ends
};

/// "host:port", "[::1]:port" or a path. A Unix socket's file has mode 0600; a stale one is replaced, one that somebody
/// answers on is not.
Result<ListeningSocket> open_listening_socket(const std::string& address);
/// A socket that is listening already.
Result<ListeningSocket> adopt_listening_socket(int descriptor);

}  // namespace inboxd::http
