// Subscribing in four sweeps over all connections, then receiving. RFC 6455 by hand.
#include "tests/bench/subscribers.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>

#include <sys/socket.h>

#include "tests/bench/frames.hpp"
#include "tests/bench/traffic.hpp"

namespace inboxd::bench {
namespace {

constexpr std::string_view event_start = R"({"type":"event","subscription":"s1","previous":")";
constexpr std::string_view cursor_start = R"(","cursor":")";
constexpr std::string_view name_start = R"(","event":")";
constexpr std::size_t buffer_bytes = 256U << 10U;

struct ServerFrame {
  std::size_t size = 0;  // 0: not whole yet
  unsigned char first = 0;
  std::string_view text;
};

ServerFrame first_frame(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  std::size_t size = byte(1);
  std::size_t head = 2;
  if (size == 126 || size == 127) {
    const std::size_t width = size == 126 ? 2 : 8;
    if (bytes.size() < head + width) return {};
    size = 0;
    for (std::size_t i = 0; i < width; ++i) size = size << 8U | byte(head + i);
    head += width;
  }
  if (bytes.size() < head + size) return {};
  return {head + size, static_cast<unsigned char>(bytes[0]), bytes.substr(head, size)};
}

/// Blocks until the stream says something that begins so; gives that text.
std::string await_text(int socket, std::string& received, std::string_view start) {
  while (true) {
    const auto frame = first_frame(received);
    if (frame.size == 0) {
      receive_some(socket, received);
      continue;
    }
    const std::string text(frame.text);
    received.erase(0, frame.size);
    if (text.starts_with(start)) return text;
    if (text.starts_with(R"({"type":"error")")) throw std::runtime_error("the stream refuses: " + text);
  }
}

std::string after(const std::string& text, std::string_view mark) {
  const auto start = text.find(mark);
  if (start == std::string::npos) throw std::runtime_error("not in the answer: " + std::string(mark));
  const auto from = start + mark.size();
  return text.substr(from, text.find('"', from) - from);
}

std::int64_t number_at(const char*& at, const char* end) {
  std::int64_t number = 0;
  at = std::from_chars(at, end, number).ptr;
  return number;
}

}  // namespace

Subscribers::Subscribers(const SubscriberOptions& options) : options_(options) {
  buffer_.resize(buffer_bytes);
  if (options.noting == Noting::times) {
    first_seen_.resize(static_cast<std::size_t>(options.messages));
    last_seen_.resize(static_cast<std::size_t>(options.messages));
  }
  connect(options);
  for (std::size_t i = 0; i < subscribers_.size(); ++i) {
    make_nonblocking(subscribers_[i].socket);
    epoll_.add(subscribers_[i].socket.get(), i);
  }
  thread_ = std::thread([this] { run(); });
}

Subscribers::~Subscribers() {
  ending_ = true;
  thread_.join();
}

void Subscribers::connect(const SubscriberOptions& options) {
  subscribers_.resize(static_cast<std::size_t>(options.count));
  for (auto& one : subscribers_) {
    one.socket = connect_to(options.port);
    send_all(one.socket.get(), upgrade_request("/v1/stream", "inboxd.v1"));
  }
  for (auto& one : subscribers_) {
    while (one.rest.find("\r\n\r\n") == std::string::npos) receive_some(one.socket.get(), one.rest);
    if (!one.rest.starts_with("HTTP/1.1 101")) throw std::runtime_error("no WebSocket: " + one.rest);
    one.rest.erase(0, one.rest.find("\r\n\r\n") + 4);
    send_all(one.socket.get(), client_frame(R"({"type":"auth","id":1,"token":")" + options.token + R"("})"));
  }
  const std::string filter = options.events.empty() ? "" : R"(,"events":)" + options.events;
  for (auto& one : subscribers_) {
    const auto head = after(await_text(one.socket.get(), one.rest, R"({"type":"ok")"), R"("head":")");
    epoch_size_ = head.find(':');
    one.given = std::stoll(head.substr(epoch_size_ + 1)) - options.behind;
    const auto since = head.substr(0, epoch_size_ + 1) + std::to_string(one.given);
    send_all(one.socket.get(), client_frame(R"({"type":"subscribe","id":2,"since":")" + since + '"' + filter + '}'));
  }
  if (options.behind > 0) return;
  for (auto& one : subscribers_) {
    const auto live = await_text(one.socket.get(), one.rest, R"({"type":"live")");
    const auto cursor = after(live, R"("cursor":")");
    one.given = std::stoll(cursor.substr(cursor.find(':') + 1));
  }
}

bool Subscribers::wait_for_all(std::int64_t messages_each, Nanoseconds deadline) {
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, std::chrono::nanoseconds(deadline - now_ns()),
                         [&] { return total_ >= messages_each * options_.count; });
}

Subscribers::Sums Subscribers::sums() const {
  Sums sums;
  sums.last_at = last_at_;
  for (const auto& one : subscribers_) {
    sums.messages += one.messages;
    sums.events += one.events;
    sums.missing += std::max<std::int64_t>(options_.messages - one.messages, 0);
    sums.broken_chains += one.broken ? 1 : 0;
    sums.closed += one.closed ? 1 : 0;
  }
  return sums;
}

void Subscribers::run() {
  while (!ending_) {
    const auto before = counted_;
    for (const auto& event : epoll_.wait(50'000'000)) receive(subscribers_[event.data.u64]);
    if (counted_ == before) continue;
    last_at_ = received_at_;
    const std::lock_guard lock(mutex_);
    total_ = counted_;
    moved_.notify_one();
  }
}

void Subscribers::receive(Subscriber& subscriber) {
  const auto kept = subscriber.rest.size();
  if (buffer_.size() < kept + buffer_bytes) buffer_.resize(kept + buffer_bytes);
  const auto got = ::recv(subscriber.socket.get(), buffer_.data() + kept, buffer_bytes, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    subscriber.closed = true;
    return epoll_.remove(subscriber.socket.get());
  }
  received_at_ = now_ns();
  std::copy(subscriber.rest.begin(), subscriber.rest.end(), buffer_.begin());
  const std::string_view bytes(buffer_.data(), kept + static_cast<std::size_t>(got));
  subscriber.rest.assign(bytes.substr(take_frames(subscriber, bytes)));
}

std::size_t Subscribers::take_frames(Subscriber& subscriber, std::string_view bytes) {
  std::size_t taken = 0;
  while (true) {
    const auto frame = first_frame(bytes.substr(taken));
    if (frame.size == 0) return taken;
    taken += frame.size;
    if ((frame.first & 0x0FU) == 1) take_text(subscriber, frame.text);
  }
}

void Subscribers::take_text(Subscriber& subscriber, std::string_view text) {
  if (text.starts_with(R"({"type":"ping")"))
    return send_all(subscriber.socket.get(), client_frame(R"({"type":"pong"})"));
  if (!text.starts_with(event_start)) {
    // A mark moves the cursor that the next event names.
    if (const auto at = text.find(cursor_start); at != std::string_view::npos) {
      const char* number = text.data() + at + cursor_start.size() + epoch_size_ + 1;
      subscriber.given = number_at(number, text.data() + text.size());
    }
    return;
  }
  const char* at = text.data() + event_start.size() + epoch_size_ + 1;
  const char* const end = text.data() + text.size();
  subscriber.broken |= number_at(at, end) != subscriber.given;
  at += cursor_start.size() + epoch_size_ + 1;
  subscriber.given = number_at(at, end);
  ++subscriber.events;
  const std::string_view name(at + name_start.size(), static_cast<std::size_t>(end - at) - name_start.size());
  if (!name.starts_with("message.created")) return;
  ++subscriber.messages;
  ++counted_;
  if (options_.noting == Noting::times) note(name);
}

void Subscribers::note(std::string_view text) {
  const auto message = message_in_frame(text);
  if (!message || *message < options_.first_message) return;
  const auto position = static_cast<std::size_t>(*message - options_.first_message);
  if (position >= first_seen_.size()) return;
  if (first_seen_[position] == 0) first_seen_[position] = received_at_;
  last_seen_[position] = received_at_;
}

}  // namespace inboxd::bench
