// Requests and answers as handlers see them: plain values, no Beast.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"
#include "storage/blobs.hpp"

namespace inboxd::http {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case in requests

enum class Listener { main, metrics, admin };

/// Tells a handler that lets its client wait that the client is gone. The answer is still due: a peer that has only
/// ended its own direction reads it. Net thread only.
class PeerWatch {
 public:
  /// `gone` is called once at most, soon after the peer has closed.
  void when_gone(std::function<void()> gone) { gone_ = std::move(gone); }
  [[nodiscard]] bool watched() const { return static_cast<bool>(gone_); }
  void tell() {
    if (const auto gone = std::exchange(gone_, nullptr)) gone();
  }

 private:
  std::function<void()> gone_;
};

struct Request {
  Listener listener = Listener::main;
  std::string method;
  std::string path;   // percent-decoded; always starts with "/"
  std::string query;  // raw, without "?"
  Headers headers;
  std::string body;
  /// With BodyMode::blob the body is here instead: durable, already hashed.
  std::optional<BlobRef> blob;
  std::string remote_address;  // the client's, seen through trusted proxies
  /// Captured by the route's pattern, in order: "/v1/conversations/{id}" gives one.
  std::vector<std::string> captures;
  /// For handlers that wait; null where no connection stands behind the request.
  std::shared_ptr<PeerWatch> peer = {};

  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// When set, streamed after `headers` instead of `body`.
  std::shared_ptr<storage::BlobReader> blob;
};

/// Called exactly once, on the net thread; a responder that is dropped uncalled answers 500.
using Responder = std::function<void(Response)>;
using Handler = std::function<void(Request, Responder)>;

/// RFC 9457 problem+json with our stable `code`; sets Retry-After where the error says when.
Response problem(const Error& error);
Response json(int status, std::string body);

}  // namespace inboxd::http
