// Asks a running daemon over its admin socket. For the command line's commands, in a process of their own: it blocks.
// Never used by the daemon itself.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "schemas/types/time.hpp"

namespace inboxd::transfers {

enum class AdminReach {
  answered,       // `status` and `body` are the daemon's
  no_daemon,      // nobody listens there: the store may be opened instead
  not_permitted,  // the socket is another user's
  broken,         // a daemon is there, but no whole answer came
};

struct AdminAnswer {
  AdminReach reach = AdminReach::broken;
  int status = 0;
  std::string body;    // at most 64 MiB; empty for what stream() handed out by lines
  std::string detail;  // a sentence, unless answered
};

class AdminClient {
 public:
  explicit AdminClient(std::string socket_path, Milliseconds timeout = Milliseconds{30'000})
      : socket_path_(std::move(socket_path)), timeout_(timeout) {}

  /// `path` with its query, e.g. "/v1/outbox?state=held". A body is sent as JSON.
  [[nodiscard]] AdminAnswer request(const std::string& method, const std::string& path,
                                    const std::string& body = {}) const;
  /// A GET without end: each line of a 2xx answer, without its line end, until `line` returns false (then: answered),
  /// or the daemon ends it. Lines are at most 1 MiB.
  [[nodiscard]] AdminAnswer stream(const std::string& path, const std::function<bool(std::string_view)>& line) const;

 private:
  std::string socket_path_;
  Milliseconds timeout_;
};

}  // namespace inboxd::transfers
