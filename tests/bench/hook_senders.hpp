// A provider's keep-alive connections: sends webhooks as fast as they are acknowledged, or at a pace. One thread, the
// caller's.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/bench/sockets.hpp"

namespace inboxd::bench {

struct SentHooks {
  std::int64_t acknowledged = 0;  // answered 200
  std::int64_t refused = 0;       // anything else
  Nanoseconds started_at = 0;
  Nanoseconds ended_at = 0;         // the last answer
  std::vector<Nanoseconds> due_at;  // by position: when the webhook was to leave
  std::vector<Nanoseconds> answered_at;

  [[nodiscard]] double per_second() const {
    return static_cast<double>(acknowledged) * 1e9 / static_cast<double>(ended_at - started_at);
  }
};

class HookSenders {
 public:
  HookSenders(int port, int connections);

  /// Each connection sends its next webhook when the last is answered.
  SentHooks send_saturated(const std::vector<std::string>& requests) { return run(requests, 0); }
  /// Evenly spaced. What finds no free connection leaves late; its time counts from when it was due.
  SentHooks send_paced(const std::vector<std::string>& requests, double per_second) {
    return run(requests, static_cast<Nanoseconds>(1e9 / per_second));
  }

 private:
  struct Sender {
    Descriptor socket;
    std::size_t position = 0;  // of the webhook under way
    std::string received;
  };

  SentHooks run(const std::vector<std::string>& requests, Nanoseconds gap);
  void send(std::size_t sender, const std::string& request, std::size_t position);
  /// True once the answer is whole.
  bool take_answer(Sender& sender, SentHooks& sent);

  Epoll epoll_;
  std::vector<Sender> senders_;
  std::deque<std::size_t> free_;
};

}  // namespace inboxd::bench
