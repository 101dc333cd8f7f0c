// Opens the sockets that listeners accept on, where the service manager passed none. Accepts nothing itself.
#pragma once

#include <cstdint>
#include <string>

#include "schemas/types/result.hpp"

namespace inboxd::service {

enum class SocketFamily { tcp, unix_domain };

struct ListeningSocket {
  int descriptor = -1;  // the caller's to close
  SocketFamily family = SocketFamily::tcp;
  int address_family = 0;  // AF_…
  std::uint16_t port = 0;  // TCP only
  std::string path;        // of a Unix socket that we made: removed when accepting ends
};

/// Who may connect to a Unix socket: the daemon's account, or also the group that its file gets.
enum class SocketAccess { owner, group };

/// "host:port", "[::1]:port" or a path. A Unix socket's file has mode 0600 or 0660, whatever the umask; a stale one is
/// replaced, one that somebody answers on is not.
Result<ListeningSocket> open_listening_socket(const std::string& address, SocketAccess access = SocketAccess::owner);
/// A socket that is listening already.
Result<ListeningSocket> adopt_listening_socket(int descriptor);

}  // namespace inboxd::service
