// The write queue is two strings: one grows while the other is being written, then they change places.
#include "daemon/http/wire.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <poll.h>

namespace inboxd::http {

namespace {
/// A quiet connection keeps no more than this of its queue's memory.
constexpr std::size_t kept_capacity_max = 16 * 1024;

void release(std::string& text) {
  text.clear();
  if (text.capacity() > kept_capacity_max) std::string().swap(text);
}
}  // namespace

Wire::Wire(Socket socket, std::shared_ptr<asio::ssl::context> tls) : tls_context_(std::move(tls)) {
  if (tls_context_)
    tls_.emplace(std::move(socket), *tls_context_);
  else
    plain_.emplace(std::move(socket));
}

void Wire::handshake(CompletionHandler done) {
  if (!tls_) {
    asio::post(executor(), [done = std::move(done)]() mutable { done({}, 0); });
    return;
  }
  tls_->async_handshake(
      asio::ssl::stream_base::server,
      [self = shared_from_this(), done = std::move(done)](boost::system::error_code error) mutable { done(error, 0); });
}

void Wire::read_some(asio::mutable_buffer into, CompletionHandler done) {
  if (!put_back_.empty() && into.size() > 0) {
    const std::size_t size = std::min(into.size(), put_back_.size());
    std::memcpy(into.data(), put_back_.data(), size);
    put_back_.erase(0, size);
    asio::post(executor(), [done = std::move(done), size]() mutable { done({}, size); });
    return;
  }
  reading_ = true;
  auto finished = [self = shared_from_this(), done = std::move(done)](boost::system::error_code error,
                                                                      std::size_t size) mutable {
    self->reading_ = false;
    done(error, size);
  };
  if (tls_)
    tls_->async_read_some(into, std::move(finished));
  else
    plain_->async_read_some(into, std::move(finished));
}

void Wire::append(std::string_view bytes) {
  pending_.append(bytes);
  flush_later();
}

void Wire::flush_later() {
  if (aborted_) return release(pending_);
  if (flush_posted_ || writing_ || pending_.empty()) return;
  flush_posted_ = true;
  asio::post(executor(), [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->flush();
  });
}

void Wire::flush() {
  if (writing_ || aborted_) return;
  if (flown_ == flying_.size()) {
    release(flying_);
    flown_ = 0;
    flying_.swap(pending_);
  }
  if (flying_.empty()) return;
  writing_ = true;
  const auto rest = asio::buffer(flying_) + flown_;
  auto finished = [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
    self->wrote(error, size);
  };
  if (tls_)
    tls_->async_write_some(asio::const_buffer(rest), std::move(finished));
  else
    plain_->async_write_some(asio::const_buffer(rest), std::move(finished));
}

void Wire::wrote(boost::system::error_code error, std::size_t size) {
  writing_ = false;
  if (error) {
    abort();
    return call_waiting(error);
  }
  flown_ += size;
  written_ += size;
  if (progress_span_.count() > 0) expires_without_progress(progress_span_);
  if (unsent() > 0) return flush();
  release(flying_);
  flown_ = 0;
  if (finishing_) shut_down_sending();
  call_waiting({});
  if (drained_ && unsent() == 0) drained_();
}

void Wire::when_drained(CompletionHandler done) {
  if (unsent() > 0 && !aborted_) return waiting_.push_back(std::move(done));
  boost::system::error_code error;
  if (aborted_) error = asio::error::operation_aborted;
  asio::post(executor(), [done = std::move(done), error]() mutable { done(error, 0); });
}

void Wire::call_waiting(boost::system::error_code error) {
  const auto self = shared_from_this();
  for (auto& done : std::exchange(waiting_, {})) done(error, 0);
}

bool Wire::peer_closed() {
  if (aborted_) return true;
  pollfd look{socket().native_handle(), POLLRDHUP, 0};
  return ::poll(&look, 1, 0) == 1 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void Wire::finish_sending() {
  if (std::exchange(finishing_, true) || aborted_) return;
  if (unsent() == 0) shut_down_sending();
}

void Wire::shut_down_sending() {
  auto end = [self = shared_from_this()](boost::system::error_code) {
    boost::system::error_code ignored;  // the peer may be gone already: nothing is left to say to it
    self->socket().shutdown(asio::socket_base::shutdown_send, ignored);
  };
  // Asio allows no shutdown beside a read: then the peer sees the end without TLS's close_notify.
  if (tls_ && !reading_) return tls_->async_shutdown(std::move(end));
  end({});
}

void Wire::abort() {
  if (std::exchange(aborted_, true)) return;
  boost::system::error_code ignored;  // closing releases the descriptor whatever it answers
  socket().close(ignored);
  release(pending_);
  if (waiting_.empty()) return;
  asio::post(executor(), [self = shared_from_this()] { self->call_waiting(asio::error::operation_aborted); });
}

}  // namespace inboxd::http
