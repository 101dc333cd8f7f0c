// One WebSocket as the stream's code sees it. All calls and callbacks on the net thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/message.hpp"

namespace inboxd::http {

class LiveConnection {
 public:
  virtual ~LiveConnection() = default;
  /// Appends one text frame of `prefix` followed by `body`, which many connections may share (null: nothing). What is
  /// appended within one turn of the loop leaves in one write. Ignored after close().
  virtual void send(std::string_view prefix, const std::shared_ptr<const std::string>& body) = 0;
  /// Bytes appended and not yet taken by the kernel.
  [[nodiscard]] virtual std::size_t unsent() const = 0;
  /// Bytes that the kernel has taken so far: progress of a slow client.
  [[nodiscard]] virtual std::uint64_t written() const = 0;
  /// Sends a close frame after what is queued and ends within 5 s whatever the peer does.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// What the connection was closed with, by us or by the peer (RFC 6455, section 7.4.1); 1006: broken off, or open.
  [[nodiscard]] virtual std::uint16_t close_code() const { return 1006; }
};

/// The application's side of a connection; destroyed after on_closed.
class LiveSession {
 public:
  virtual ~LiveSession() = default;
  virtual void on_text(std::string_view text) = 0;
  /// The write queue went from something to empty.
  virtual void on_drained() = 0;
  /// Any frame of the peer's, pongs included: it lives.
  virtual void on_alive() = 0;
  virtual void on_closed() = 0;
};

struct LiveOptions {
  std::vector<std::string> subprotocols;  // the first that the client offers is chosen; none offered: 400
  std::size_t frame_max = 65536;          // larger, or binary: closed with 4413 / 4400
  std::uint16_t too_large_code = 4413;
  std::uint16_t bad_frame_code = 4400;
};

/// Decides on the upgrade: a session, or the answer that refuses it.
struct LiveVerdict {
  std::function<std::unique_ptr<LiveSession>(LiveConnection&)> accept;
  Response refuse;  // when `accept` is empty
};
using LiveAcceptor = std::function<LiveVerdict(const Request&)>;

}  // namespace inboxd::http
