// start → (read → session → write)* → end. Between MailEnd and the outcome nothing is read.
#include "daemon/ingest/lmtp/connection.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace inboxd::ingest::lmtp {

namespace asio = boost::asio;

Connection::Connection(Socket socket, Surroundings& with, Ended ended)
    : socket_(std::move(socket)),
      with_(with),
      ended_(std::move(ended)),
      session_([this](std::string_view address) { return look(address); }, connectors::original_bytes_max) {}

void Connection::start() { apply(session_.started(with_.clock.steady_now())); }

void Connection::drain() {
  if (!gone_ && !closing_) apply(session_.ending());
}

void Connection::abandon() {
  ended_ = nullptr;
  end();
}

void Connection::read() {
  if (reading_ || writing_ || closing_ || gone_ || session_.waits_for_store()) return;
  if (mail_ && mail_->held() >= mail_bytes_held_max) return;
  reading_ = true;
  arm();
  socket_.async_read_some(
      asio::buffer(input_), [self = shared_from_this()](boost::system::error_code error, std::size_t count) {
        self->reading_ = false;
        if (self->gone_) return;
        // A peer that is gone takes the mail under way with it: it was not acknowledged.
        if (error) return self->end();
        if (self->closing_) return self->go_on();
        self->apply(self->session_.received({self->input_.data(), count}, self->with_.clock.steady_now()));
      });
}

void Connection::apply(Actions actions) {
  if (actions.close) closing_ = true;
  output_ += actions.write;
  for (auto& piece : actions.pieces) take(std::move(piece));
  go_on();
}

void Connection::take(MailPiece piece) {
  if (auto* bytes = std::get_if<MailBytes>(&piece)) {
    if (!mail_) mail_ = std::make_unique<Handover>(with_, [this] { read(); });
    return mail_->append(bytes->bytes);
  }
  if (const auto* refused = std::get_if<MailRefused>(&piece)) {
    count_refused(refused->envelope);
    return mail_.reset();
  }
  mail_->finish(std::move(std::get<MailEnd>(piece).envelope),
                [self = shared_from_this()](std::vector<Stored> outcomes) {
                  // In a turn of its own: it ends the handover, which is still at work here.
                  asio::post(self->socket_.get_executor(), [self, outcomes = std::move(outcomes)] {
                    if (!self->gone_) self->stored(outcomes);
                  });
                });
}

void Connection::stored(const std::vector<Stored>& outcomes) {
  mail_.reset();
  apply(session_.stored(outcomes, with_.clock.steady_now()));
}

/// One write at a time, and the next read behind it.
void Connection::go_on() {
  if (gone_ || writing_) return;
  if (output_.empty()) return closing_ && !session_.waits_for_store() ? end() : read();
  writing_ = true;
  arm();
  auto bytes = std::make_shared<const std::string>(std::exchange(output_, {}));
  asio::async_write(socket_, asio::buffer(*bytes),
                    [self = shared_from_this(), bytes](boost::system::error_code error, std::size_t) {
                      self->writing_ = false;
                      if (self->gone_) return;
                      if (error) return self->end();
                      self->go_on();
                    });
}

/// One wait at a time: what was heard meanwhile moves the deadline on when it fires.
void Connection::arm() {
  if (deadline_) return;
  const auto now = with_.clock.steady_now();
  const auto at = session_.deadline();
  deadline_ = with_.clock.after(at ? std::max(*at - now, Milliseconds{1}) : idle_max, [this] {
    const auto self = shared_from_this();
    deadline_.reset();
    const bool stuck = writing_;
    auto actions = session_.due(with_.clock.steady_now());
    if (stuck && actions.close) return end();  // a peer that does not read hears no goodbye
    arm();
    apply(std::move(actions));
  });
}

void Connection::end() {
  if (std::exchange(gone_, true)) return;
  boost::system::error_code ignored;  // closed either way
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  socket_.close(ignored);
  deadline_.reset();
  mail_.reset();
  if (ended_) std::exchange(ended_, nullptr)(shared_from_this());
}

Recipient Connection::look(std::string_view address) const {
  const auto channels = with_.channels();
  if (inbox_of(channels->all(), address) != nullptr) return Recipient::ours;
  if (const auto* disabled = inbox_of(channels->disabled(), address); disabled != nullptr) {
    with_.observer.recipient_answered(disabled->name, RecipientAnswer::deferred);
    return Recipient::disabled;
  }
  with_.observer.recipient_answered({}, RecipientAnswer::refused);
  return Recipient::unknown;
}

void Connection::count_refused(const connectors::OriginalEnvelope& envelope) const {
  const auto channels = with_.channels();
  for (const auto& recipient : envelope.to) {
    const auto* inbox = inbox_of(channels->all(), recipient);
    with_.observer.recipient_answered(inbox != nullptr ? std::string_view(inbox->name) : std::string_view(),
                                      RecipientAnswer::refused);
  }
}

}  // namespace inboxd::ingest::lmtp
