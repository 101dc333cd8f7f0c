// One accepted socket, plain TCP, Unix or TLS: reading, and one queue for all that leaves. What is appended within one
// turn of the loop leaves in one write. Used by the connection, the live socket and Beast's Transport; knows no HTTP.
// All on the net thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "daemon/http/completion_handler.hpp"
#include "daemon/http/write_queue.hpp"

namespace inboxd::http {

namespace asio = boost::asio;

class Wire : public std::enable_shared_from_this<Wire> {
 public:
  using Executor = asio::io_context::executor_type;
  using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
  using SteadyTime = std::chrono::steady_clock::time_point;

  Wire(Socket socket, std::shared_ptr<asio::ssl::context> tls);

  [[nodiscard]] Executor executor() { return socket().get_executor(); }
  [[nodiscard]] bool encrypted() const { return tls_.has_value(); }
  /// The server's side of the TLS handshake.
  void handshake(CompletionHandler done);

  /// One read at a time. Bytes put back are given first.
  void read_some(asio::mutable_buffer into, CompletionHandler done);
  void put_back(std::string_view bytes) { put_back_.append(bytes); }

  void append(std::string_view bytes);
  /// Where to append several pieces in one go; followed by flush_later().
  std::string& outgoing() { return pending_.own(); }
  /// Appends a text that other wires send as well; without TLS it is not copied. Followed by flush_later().
  void share(const std::shared_ptr<const std::string>& text);
  void flush_later();
  [[nodiscard]] std::size_t unsent() const { return pending_.size() + flying_.size(); }
  [[nodiscard]] std::uint64_t written() const { return written_; }
  /// Called once when the queue is empty, or with why it never will be.
  void when_drained(CompletionHandler done);
  /// Called each time that the queue has run empty; an empty function ends it.
  void on_drained(std::function<void()> drained) { drained_ = std::move(drained); }

  /// The peer has ended its direction or reset the connection, whatever waits to be read.
  [[nodiscard]] bool peer_closed();

  /// Nothing more will be appended: ends our direction after the queue; reading goes on.
  void finish_sending();
  /// Ends at once; operations under way fail.
  void abort();
  [[nodiscard]] bool aborted() const { return aborted_; }

  /// The server's sweep aborts the wire at this time.
  void expires_after(std::chrono::milliseconds span) {
    progress_span_ = {};
    expires_at_ = std::chrono::steady_clock::now() + span;
  }
  /// The same, but counted anew whenever the kernel takes something of the queue.
  void expires_without_progress(std::chrono::milliseconds span) {
    expires_after(span);
    progress_span_ = span;
  }
  void expires_never() {
    progress_span_ = {};
    expires_at_ = SteadyTime::max();
  }
  [[nodiscard]] SteadyTime expires_at() const { return expires_at_; }

 private:
  [[nodiscard]] Socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }
  void flush();
  void write_plain();
  void write_encrypted();
  void next_batch();
  void took(std::size_t size);
  void failed(boost::system::error_code error);
  void emptied();
  void call_waiting(boost::system::error_code error);
  void shut_down_sending();

  std::optional<Socket> plain_;
  std::shared_ptr<asio::ssl::context> tls_context_;
  std::optional<asio::ssl::stream<Socket>> tls_;
  std::string put_back_;
  WriteQueue pending_;  // appended, not yet being written
  WriteQueue flying_;   // being written: nothing is added to it, so its pieces stay where they are
  std::uint64_t written_ = 0;
  bool flush_posted_ = false;
  bool writing_ = false;
  bool reading_ = false;
  bool finishing_ = false;
  bool aborted_ = false;
  std::vector<CompletionHandler> waiting_;
  std::function<void()> drained_;
  std::chrono::milliseconds progress_span_{0};
  SteadyTime expires_at_ = SteadyTime::max();
};

}  // namespace inboxd::http
