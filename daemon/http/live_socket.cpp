// The WebSocket's life: handshake, reading in turns, closing. Beast answers pings and closes by itself; its close
// frames pass a filter, because the codes are ours and because one close frame is all that RFC 6455 allows.
#include "daemon/http/live_socket.hpp"

#include <exception>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "daemon/http/live_frame.hpp"
#include "daemon/http/transport.hpp"

namespace inboxd::http {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

/// A quiet connection keeps no more than this of its read buffer.
constexpr std::size_t kept_capacity_max = std::size_t{8} * 1024;

using UpgradeRequest = beast::http::request<beast::http::empty_body>;

UpgradeRequest upgrade_request(const RequestHead& head) {
  UpgradeRequest request{beast::http::verb::get, head.target, 11};
  for (const auto& [name, value] : head.headers) request.insert(name, value);
  return request;
}

class LiveSocket final : public LiveConnection, public std::enable_shared_from_this<LiveSocket> {
 public:
  LiveSocket(std::shared_ptr<Wire> wire, LiveStart start)
      : wire_(std::move(wire)), start_(std::move(start)), stream_(Transport(wire_)) {}

  void shake_hands();

  void send(std::string_view prefix, const std::shared_ptr<const std::string>& body) override;
  [[nodiscard]] std::size_t unsent() const override { return wire_->unsent(); }
  [[nodiscard]] std::uint64_t written() const override { return wire_->written(); }
  void close(std::uint16_t code, std::string_view reason) override;
  [[nodiscard]] std::uint16_t close_code() const override { return code_; }

 private:
  void open();
  void read();
  void received(beast::error_code error);
  void take_message();
  void filter_control_frame(std::string& frame);
  void end();
  template <class Call>
  void guarded(Call call);

  std::shared_ptr<Wire> wire_;
  LiveStart start_;
  websocket::stream<Transport, false> stream_;
  UpgradeRequest request_;
  beast::flat_buffer message_;
  std::unique_ptr<LiveSession> session_;
  std::uint16_t code_ = 1006;  // of the close frame
  bool close_sent_ = false;
  bool ended_ = false;
};

void LiveSocket::shake_hands() {
  request_ = upgrade_request(start_.head);
  wire_->expires_after(start_.handshake_timeout);
  auto decorate = [server = start_.server_header, subprotocol = start_.subprotocol](websocket::response_type& answer) {
    answer.set(beast::http::field::server, server);
    if (!subprotocol.empty()) answer.set(beast::http::field::sec_websocket_protocol, subprotocol);
  };
  stream_.set_option(websocket::stream_base::decorator(std::move(decorate)));
  stream_.read_message_max(0);  // measured here, because the close code is the route's
  stream_.control_callback([this](websocket::frame_type, beast::string_view) {
    if (session_) guarded([this] { session_->on_alive(); });
  });
  stream_.async_accept(request_, [self = shared_from_this()](beast::error_code error) {
    if (error) return self->end();
    self->open();
  });
}

void LiveSocket::open() {
  request_ = {};
  wire_->expires_never();
  stream_.next_layer().filter_writes([this](std::string& frame) { filter_control_frame(frame); });
  guarded([this] { session_ = start_.accept(*this); });
  if (!session_) close(1011, "internal error");
  wire_->on_drained([this] {
    if (session_ && !close_sent_) guarded([this] { session_->on_drained(); });
  });
  read();
}

void LiveSocket::read() {
  stream_.async_read_some(message_, 0,
                          [self = shared_from_this()](beast::error_code error, std::size_t) { self->received(error); });
}

void LiveSocket::received(beast::error_code error) {
  if (error) return end();
  if (close_sent_) {
    message_.clear();  // waiting for the peer's close frame: the rest of what it says comes too late
  } else if (stream_.got_binary()) {
    close(start_.options.bad_frame_code, "only text frames are understood");
  } else if (message_.size() > start_.options.frame_max) {
    close(start_.options.too_large_code, "frame too large");
  } else if (stream_.is_message_done()) {
    take_message();
  }
  read();
}

void LiveSocket::take_message() {
  const auto bytes = message_.cdata();
  const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
  guarded([this] { session_->on_alive(); });
  if (!close_sent_) guarded([this, text] { session_->on_text(text); });
  message_.clear();
  if (message_.capacity() > kept_capacity_max) message_.shrink_to_fit();
}

void LiveSocket::send(std::string_view prefix, const std::shared_ptr<const std::string>& body) {
  if (close_sent_ || ended_) return;
  append_text_frame(wire_->outgoing(), prefix, body ? body->size() : 0);
  wire_->share(body);
  wire_->flush_later();
}

void LiveSocket::close(std::uint16_t code, std::string_view reason) {
  if (std::exchange(close_sent_, true) || ended_) return;
  code_ = code;
  wire_->append(close_frame(code, reason));
  wire_->expires_after(start_.close_timeout);
}

void LiveSocket::filter_control_frame(std::string& frame) {
  const std::optional<std::uint16_t> code = http::close_code(frame);
  if (!code) {
    if (close_sent_) frame.clear();  // no pong after the close frame
    return;
  }
  if (std::exchange(close_sent_, true)) return frame.clear();
  code_ = *code;
  wire_->expires_after(start_.close_timeout);
  const bool refused = *code == websocket::close_code::protocol_error || *code == websocket::close_code::bad_payload ||
                       *code == websocket::close_code::too_big;
  if (!refused) return;
  code_ = start_.options.bad_frame_code;
  frame = close_frame(code_, "not a valid text frame");
}

/// The loop may be inside a call of the session's: it goes in a later turn.
void LiveSocket::end() {
  if (std::exchange(ended_, true)) return;
  wire_->on_drained({});
  wire_->expires_after(start_.close_timeout);
  wire_->when_drained(CompletionHandler::of([self = shared_from_this()](beast::error_code, std::size_t) {
    if (self->session_) self->guarded([&self] { self->session_->on_closed(); });
    self->session_.reset();
    self->wire_->finish_sending();
    self->wire_->abort();
    self->stream_.next_layer().filter_writes({});
    self->start_.ended();
  }));
}

template <class Call>
void LiveSocket::guarded(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    if (start_.report) start_.report(std::string("live session: ") + error.what());
    close(1011, "internal error");
  }
}

}  // namespace

void start_live(std::shared_ptr<Wire> wire, LiveStart start) {
  std::make_shared<LiveSocket>(std::move(wire), std::move(start))->shake_hands();
}

}  // namespace inboxd::http
