// Agents' connections to the stream, many of them on one thread: they count, follow the chain of `previous`, and note
// when messages come. Nothing is parsed beyond that: the benchmark shares its cores with the daemon.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/sockets.hpp"

namespace inboxd::bench {

/// What is noted of each message: nothing but its number, or also when it came.
enum class Noting { counts, times };

struct SubscriberOptions {
  int port = 0;
  std::string token;
  int count = 1;
  std::string events;  // a JSON array of patterns; empty: all
  Noting noting = Noting::counts;
  std::int64_t first_message = 0;
  std::int64_t messages = 0;  // how many are awaited by each
  /// Begins so many events before the log's head, and does not wait until it is live.
  std::int64_t behind = 0;
};

class Subscribers {
 public:
  /// Returns when all have their `live` frame.
  explicit Subscribers(const SubscriberOptions& options);
  ~Subscribers();
  Subscribers(const Subscribers&) = delete;
  Subscribers& operator=(const Subscribers&) = delete;

  /// False: after the deadline some still miss messages.
  bool wait_for_all(std::int64_t messages_each, Nanoseconds deadline);

  struct Sums {
    std::int64_t messages = 0;  // of all subscribers together
    std::int64_t events = 0;
    std::int64_t missing = 0;  // messages that some subscriber did not get
    int broken_chains = 0;
    int closed = 0;
    Nanoseconds last_at = 0;
  };
  /// Only while nothing is under way.
  [[nodiscard]] Sums sums() const;
  /// When the first, and the last, subscriber had the message at this position; with Noting::times only.
  [[nodiscard]] Nanoseconds first_seen(std::size_t position) const { return first_seen_[position]; }
  [[nodiscard]] Nanoseconds last_seen(std::size_t position) const { return last_seen_[position]; }

 private:
  struct Subscriber {
    Descriptor socket;
    std::string rest;  // the beginning of a frame
    std::int64_t given = 0;
    std::int64_t messages = 0;
    std::int64_t events = 0;
    bool broken = false;
    bool closed = false;
  };

  void connect(const SubscriberOptions& options);
  void run();
  void receive(Subscriber& subscriber);
  /// Returns how many bytes were whole frames.
  std::size_t take_frames(Subscriber& subscriber, std::string_view bytes);
  void take_text(Subscriber& subscriber, std::string_view text);
  void note(std::string_view text);

  SubscriberOptions options_;
  std::size_t epoch_size_ = 0;
  std::vector<Subscriber> subscribers_;
  Epoll epoll_;
  std::string buffer_;
  Nanoseconds received_at_ = 0;
  Nanoseconds last_at_ = 0;
  std::vector<Nanoseconds> first_seen_;
  std::vector<Nanoseconds> last_seen_;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::int64_t total_ = 0;    // as the waiting thread sees it
  std::int64_t counted_ = 0;  // the receiving thread's own
  std::thread thread_;
};

}  // namespace inboxd::bench
