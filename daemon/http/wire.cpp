// Of the two write queues one grows while the other is being written, then they change places.
#include "daemon/http/wire.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <poll.h>

namespace inboxd::http {

Wire::Wire(Socket socket, std::shared_ptr<asio::ssl::context> tls) : tls_context_(std::move(tls)) {
  if (tls_context_)
    tls_.emplace(std::move(socket), *tls_context_);
  else
    plain_.emplace(std::move(socket));
  boost::system::error_code ignored;  // a socket that cannot be made so says what is wrong at its first write
  if (plain_) plain_->non_blocking(true, ignored);
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
  outgoing().append(bytes);
  flush_later();
}

void Wire::share(const std::shared_ptr<const std::string>& text) {
  if (!text) return;
  // A TLS record is made of one piece: many small ones would become many records.
  if (tls_)
    outgoing().append(*text);
  else
    pending_.share(text);
}

void Wire::flush_later() {
  if (aborted_) return pending_.clear();
  if (flush_posted_ || writing_ || pending_.size() == 0) return;
  flush_posted_ = true;
  asio::post(executor(), [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->flush();
  });
}

void Wire::flush() {
  if (writing_ || aborted_) return;
  next_batch();
  if (flying_.size() == 0) return;
  if (tls_)
    write_encrypted();
  else
    write_plain();
}

void Wire::next_batch() {
  if (flying_.size() > 0) return;
  flying_.clear();
  std::swap(flying_, pending_);
}

/// The socket does not block, so that what fits is the kernel's at once; only a full one is waited for.
void Wire::write_plain() {
  WriteQueue::Pieces pieces;
  while (flying_.size() > 0) {
    boost::system::error_code error;
    const std::size_t size = plain_->write_some(flying_.first(pieces), error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      writing_ = true;
      return plain_->async_wait(Socket::wait_write, [self = shared_from_this()](boost::system::error_code failure) {
        self->writing_ = false;
        failure ? self->failed(failure) : self->flush();
      });
    }
    if (error == asio::error::interrupted) continue;
    if (error) return failed(error);
    took(size);
    next_batch();
  }
  emptied();
}

void Wire::write_encrypted() {
  writing_ = true;
  WriteQueue::Pieces pieces;
  const auto first = flying_.first(pieces).front();
  tls_->async_write_some(asio::const_buffer(first),
                         [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                           self->writing_ = false;
                           if (error) return self->failed(error);
                           self->took(size);
                           if (self->unsent() > 0) return self->flush();
                           self->emptied();
                         });
}

void Wire::took(std::size_t size) {
  flying_.take(size);
  written_ += size;
  if (progress_span_.count() > 0) expires_without_progress(progress_span_);
}

void Wire::failed(boost::system::error_code error) {
  abort();
  call_waiting(error);
}

void Wire::emptied() {
  flying_.clear();
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
  pending_.clear();
  if (waiting_.empty()) return;
  asio::post(executor(), [self = shared_from_this()] { self->call_waiting(asio::error::operation_aborted); });
}

}  // namespace inboxd::http
