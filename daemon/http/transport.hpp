// The stream that Beast's WebSocket sits on: reads come from the wire, writes join its queue. Beast is instantiated
// once for it, whatever the wire is made of. Included by live_socket.cpp only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/stream_traits.hpp>

#include "daemon/http/wire.hpp"

namespace inboxd::http {

class Transport {
 public:
  using executor_type = Wire::Executor;
  /// Sees what Beast writes before it is queued and may change it or empty it.
  using Filter = std::function<void(std::string& bytes)>;

  explicit Transport(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}

  executor_type get_executor() { return wire_->executor(); }
  Wire& wire() { return *wire_; }
  void filter_writes(Filter filter) { filter_ = std::move(filter); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    asio::mutable_buffer first;
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      first = *at;
      if (first.size() > 0) break;
    }
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto handler, Wire* wire, asio::mutable_buffer into) {
          wire->read_some(into, CompletionHandler::of(std::move(handler)));
        },
        token, wire_.get(), first);
  }

  /// Takes all of `buffers`, which for Beast's control frames is one whole frame.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    std::string bytes;
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      const asio::const_buffer piece = *at;
      bytes.append(static_cast<const char*>(piece.data()), piece.size());
    }
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        // NOLINTNEXTLINE(performance-unnecessary-value-param): it is moved on
        [](auto handler, Transport* self, std::string piece) {
          self->queue(std::move(piece), CompletionHandler::of(std::move(handler)));
        },
        token, this, std::move(bytes));
  }

 private:
  /// Done at once while little of Beast's is queued, else when the queue has run empty: a peer that sends pings and
  /// reads nothing stops being read.
  void queue(std::string bytes, CompletionHandler done) {
    const std::size_t size = bytes.size();
    if (filter_) filter_(bytes);
    if (wire_->unsent() == 0) queued_ = 0;
    queued_ += bytes.size();
    wire_->append(bytes);
    auto finished = [done = std::move(done), size](boost::system::error_code error, std::size_t) mutable {
      done(error, error ? 0 : size);
    };
    if (queued_ > queued_max) return wire_->when_drained(CompletionHandler::of(std::move(finished)));
    asio::post(get_executor(), [finished = std::move(finished), gone = wire_->aborted()]() mutable {
      finished(gone ? boost::system::error_code(asio::error::operation_aborted) : boost::system::error_code(), 0);
    });
  }

  /// Bytes of pongs and closes that may wait in the queue before reading stops.
  static constexpr std::size_t queued_max = std::size_t{16} * 1024;

  std::shared_ptr<Wire> wire_;
  Filter filter_;
  std::size_t queued_ = 0;
};

/// Beast's customisation points for the end of a stream: the queue leaves first.
template <class Handler>
void async_teardown(boost::beast::role_type, Transport& transport, Handler&& handler) {
  transport.wire().when_drained(
      CompletionHandler::of([wire = transport.wire().shared_from_this(), done = std::forward<Handler>(handler)](
                                boost::system::error_code error, std::size_t) mutable {
        wire->finish_sending();
        std::move(done)(error);
      }));
}
inline void beast_close_socket(Transport& transport) { transport.wire().abort(); }

}  // namespace inboxd::http
