// The thread behind daemon/transfers/curl_streams.hpp: one libcurl multi handle that connects and logs in, and poll
// over the sockets that it then leaves to us.
#include "daemon/transfers/curl_streams.hpp"

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/transfers/curl_handles.hpp"
#include "daemon/transfers/curl_stream.hpp"
#include "daemon/transfers/thread_signals.hpp"

namespace inboxd::transfers {
namespace {

constexpr int poll_ms_max = 1000;
constexpr std::size_t turn_bytes_max = 256U << 10U;  // read of one connection before the others have their turn

/// What both threads know of a connection.
struct Channel {
  connectors::StreamEndpoint endpoint;  // until the loop takes it
  Reach reach;
  StreamCallbacks callbacks;  // net thread only
  bool owned = true;          // net thread only
  // The loop's mutex guards these.
  std::string unwritten;
  std::size_t unread = 0;
  bool paused = false;
  bool dropped = false;
};

/// A connection on the loop's thread.
struct Open {
  std::shared_ptr<Channel> channel;
  std::unique_ptr<CurlStream> stream;
  bool connected = false;
  bool ended = false;
  short waits_for = 0;  // CURL_WAIT_…
};

}  // namespace

class CurlStreams::Loop : public std::enable_shared_from_this<CurlStreams::Loop> {
 public:
  Loop(Poster poster, std::string tls_ca_file)
      : poster_(std::move(poster)), tls_ca_file_(std::move(tls_ca_file)), thread_([this] { run(); }) {}
  ~Loop() { stop(); }

  void add(const std::shared_ptr<Channel>& channel) {
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_) {
        added_.push_back(channel);
        return wake();
      }
    }
    tell_closed(channel, {ClosedBy::failure, "the daemon is stopping"});
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake();
    if (thread_.joinable()) thread_.join();
  }
  /// Changes what the mutex guards.
  template <class Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    wake();
  }

 private:
  void wake() { curl_multi_wakeup(multi_.get()); }
  void run();
  bool take_added();
  void begin(std::shared_ptr<Channel> channel);
  void finish_connecting();
  bool carry(Open& open);
  void carry_out(Open& open);
  bool carry_in(Open& open);
  void end(Open& open, StreamClosed closed);
  void forget_ended();
  void wait(bool more);
  void tell_closed(const std::shared_ptr<Channel>& channel, StreamClosed closed);
  void tell_received(const std::shared_ptr<Channel>& channel, std::string bytes);

  CurlLibrary library_;
  Poster poster_;
  std::string tls_ca_file_;
  MultiHandle multi_{curl_multi_init()};
  std::vector<Open> open_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Channel>> added_;
  bool stopping_ = false;
  std::thread thread_;  // last: runs with everything above
};

void CurlStreams::Loop::run() {
  block_signals();
  while (take_added()) {
    int still_running = 0;
    curl_multi_perform(multi_.get(), &still_running);
    finish_connecting();
    bool more = false;
    for (auto& open : open_) more = carry(open) || more;
    forget_ended();
    wait(more);
  }
  for (auto& open : open_) {
    if (open.connected) carry_out(open);
    curl_multi_remove_handle(multi_.get(), open.stream->easy());
  }
  open_.clear();
}

bool CurlStreams::Loop::take_added() {
  std::vector<std::shared_ptr<Channel>> added;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    added.swap(added_);
  }
  for (auto& channel : added) begin(std::move(channel));
  return true;
}

void CurlStreams::Loop::begin(std::shared_ptr<Channel> channel) {
  auto stream = std::make_unique<CurlStream>(std::move(channel->endpoint), std::move(channel->reach));
  CURL* easy = stream->prepare(tls_ca_file_);
  if (easy == nullptr || curl_multi_add_handle(multi_.get(), easy) != CURLM_OK)
    return tell_closed(channel, stream->failure(CURLE_FAILED_INIT));
  open_.push_back({std::move(channel), std::move(stream)});
}

void CurlStreams::Loop::finish_connecting() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;
    const auto found = std::find_if(open_.begin(), open_.end(),
                                    [&](const Open& open) { return open.stream->easy() == message->easy_handle; });
    if (found == open_.end()) continue;
    if (code != CURLE_OK || found->stream->socket() == CURL_SOCKET_BAD) {
      end(*found, found->stream->failure(code));
      continue;
    }
    found->connected = true;
    poster_([channel = found->channel] {
      if (channel->owned) channel->callbacks.connected();
    });
  }
}

/// True when there may be more to read at once.
bool CurlStreams::Loop::carry(Open& open) {
  if (open.ended) return false;
  open.waits_for = 0;
  bool dropped = false;
  {
    const std::lock_guard lock(mutex_);
    dropped = open.channel->dropped;
  }
  if (open.connected) carry_out(open);  // a goodbye too
  open.ended = open.ended || dropped;
  return open.connected && !open.ended && carry_in(open);
}

void CurlStreams::Loop::carry_out(Open& open) {
  std::string bytes;
  {
    const std::lock_guard lock(mutex_);
    bytes.swap(open.channel->unwritten);
  }
  if (bytes.empty()) return;
  if (bytes.size() > stream_unwritten_max)
    return end(open, {ClosedBy::failure, "the server does not take what is written to it"});
  const auto carried = open.stream->send(bytes);
  if (carried == CurlStream::Carried::closed) return end(open, {ClosedBy::failure, open.stream->why()});
  if (bytes.empty()) return;
  open.waits_for = static_cast<short>(open.waits_for | CURL_WAIT_POLLOUT);
  const std::lock_guard lock(mutex_);
  open.channel->unwritten.insert(0, bytes);
}

bool CurlStreams::Loop::carry_in(Open& open) {
  std::size_t room = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!open.channel->paused && open.channel->unread < stream_unread_max)
      room = stream_unread_max - open.channel->unread;
  }
  if (room == 0) return false;
  open.waits_for = static_cast<short>(open.waits_for | CURL_WAIT_POLLIN);
  std::string bytes;
  const auto carried = open.stream->receive(bytes, std::min(room, turn_bytes_max));
  if (!bytes.empty()) tell_received(open.channel, std::move(bytes));
  if (carried == CurlStream::Carried::closed) end(open, {ClosedBy::failure, open.stream->why()});
  return carried == CurlStream::Carried::more;
}

void CurlStreams::Loop::end(Open& open, StreamClosed closed) {
  open.ended = true;
  tell_closed(open.channel, std::move(closed));
}

void CurlStreams::Loop::forget_ended() {
  std::erase_if(open_, [this](const Open& open) {
    if (open.ended) curl_multi_remove_handle(multi_.get(), open.stream->easy());
    return open.ended;
  });
}

void CurlStreams::Loop::wait(bool more) {
  std::vector<curl_waitfd> sockets;
  for (const auto& open : open_)
    if (open.connected && open.waits_for != 0) sockets.push_back({open.stream->socket(), open.waits_for, 0});
  curl_multi_poll(multi_.get(), sockets.data(), static_cast<unsigned>(sockets.size()), more ? 0 : poll_ms_max, nullptr);
}

void CurlStreams::Loop::tell_closed(const std::shared_ptr<Channel>& channel, StreamClosed closed) {
  poster_([channel, closed = std::move(closed)] {
    if (std::exchange(channel->owned, false)) channel->callbacks.closed(closed);
  });
}

void CurlStreams::Loop::tell_received(const std::shared_ptr<Channel>& channel, std::string bytes) {
  const auto count = bytes.size();
  {
    const std::lock_guard lock(mutex_);
    channel->unread += count;
  }
  poster_([weak = weak_from_this(), channel, count, bytes = std::move(bytes)]() mutable {
    if (channel->owned) channel->callbacks.received(std::move(bytes));
    const auto loop = weak.lock();
    if (!loop) return;
    const std::lock_guard lock(loop->mutex_);
    const bool was_full = channel->unread >= stream_unread_max;
    channel->unread -= count;
    if (was_full) loop->wake();
  });
}

class CurlStreams::Connection final : public StreamConnection {
 public:
  Connection(std::shared_ptr<Loop> loop, std::shared_ptr<Channel> channel)
      : loop_(std::move(loop)), channel_(std::move(channel)) {}
  ~Connection() override {
    channel_->owned = false;
    loop_->change([this] { channel_->dropped = true; });
  }
  void write(std::string bytes) override {
    loop_->change([&] { channel_->unwritten += bytes; });
  }
  void pause() override {
    loop_->change([this] { channel_->paused = true; });
  }
  void resume() override {
    loop_->change([this] { channel_->paused = false; });
  }

 private:
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Channel> channel_;
};

CurlStreams::CurlStreams(Poster poster, std::string tls_ca_file)
    : loop_(std::make_shared<Loop>(std::move(poster), std::move(tls_ca_file))) {}

CurlStreams::~CurlStreams() { loop_->stop(); }

std::unique_ptr<StreamConnection> CurlStreams::connect(connectors::StreamEndpoint endpoint, Reach reach,
                                                       StreamCallbacks callbacks) {
  auto channel = std::make_shared<Channel>();
  channel->endpoint = std::move(endpoint);
  channel->reach = std::move(reach);
  channel->callbacks = std::move(callbacks);
  loop_->add(channel);
  return std::make_unique<Connection>(loop_, std::move(channel));
}

void CurlStreams::stop() { loop_->stop(); }

}  // namespace inboxd::transfers
