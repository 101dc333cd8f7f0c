// Which handler answers what. Built once at start-up, then only read, but for a reload's limits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/live_connection.hpp"
#include "daemon/http/message.hpp"

namespace inboxd::http {

enum class BodyMode {
  memory,
  blob,       // streamed to the blob store, any content type
  multipart,  // the `file` field streamed to the blob store; its file name and type in Request::headers as
              // "x-file-name" and "content-type"
};

/// What a route says to a request whose body was not read yet.
struct Admission {
  std::optional<Response> refusal = {};        // set: the answer, and no byte is taken
  std::optional<std::uint64_t> body_max = {};  // less than the route's own limit, for this request
};
using Admit = std::function<void(const Request&, std::function<void(Admission)>)>;

struct RouteOptions {
  Listener listener = Listener::main;
  BodyMode body = BodyMode::memory;
  /// Beyond it: 413 at once, then up to 64 MiB or 5 s read and discarded so that the sender sees the answer.
  std::uint64_t body_max = 1U << 20U;
  /// Asked after the header and before the body is read, for routes that must not take large bodies from strangers:
  /// calls back once. The request has no body yet.
  Admit admit = {};
};

class Router {
 public:
  /// `pattern`: segments, "{}" captures one, e.g. "/v1/conversations/{}/messages". A last "{*}" captures the rest.
  void add(std::string method, std::string pattern, RouteOptions options, Handler handler);
  /// A WebSocket endpoint; requests that do not upgrade get 426 from the server.
  void add_live(std::string pattern, LiveOptions options, LiveAcceptor acceptor);

  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    RouteOptions options;
    Handler handler;
    LiveOptions live_options;
    LiveAcceptor live;  // set for WebSocket routes
  };
  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> captures;
    /// Other methods that the path knows ("GET, POST"): with no route, 405 when not empty, else 404.
    std::string allowed;
  };
  /// Another RouteOptions::body_max for a route that is there, for requests from now on.
  void limit_body(std::string_view method, std::string_view pattern, std::uint64_t body_max);
  [[nodiscard]] Match match(Listener listener, std::string_view method, std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace inboxd::http
