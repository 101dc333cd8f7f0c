// Sending webhooks over keep-alive connections, one under way on each.
#include "tests/bench/hook_senders.hpp"

#include <algorithm>
#include <stdexcept>

namespace inboxd::bench {
namespace {

constexpr Nanoseconds longest_wait = 1'000'000'000;
constexpr Nanoseconds silence_max = 20'000'000'000;  // without any answer: the run is broken

}  // namespace

HookSenders::HookSenders(int port, int connections) {
  for (int i = 0; i < connections; ++i) {
    senders_.push_back({connect_to(port), 0, {}});
    epoll_.add(senders_.back().socket.get(), static_cast<std::uint64_t>(i));
    free_.push_back(static_cast<std::size_t>(i));
  }
}

SentHooks HookSenders::run(const std::vector<std::string>& requests, Nanoseconds gap) {
  SentHooks sent;
  sent.due_at.resize(requests.size());
  sent.answered_at.resize(requests.size());
  sent.started_at = now_ns();
  std::size_t next = 0;
  std::size_t answered = 0;
  auto heard_at = sent.started_at;
  while (answered < requests.size()) {
    auto now = now_ns();
    const auto due_at = [&] { return gap == 0 ? now : sent.started_at + static_cast<Nanoseconds>(next) * gap; };
    for (; next < requests.size() && !free_.empty() && due_at() <= now; ++next, now = now_ns()) {
      sent.due_at[next] = due_at();
      send(free_.front(), requests[next], next);
      free_.pop_front();
    }
    const bool timed = next < requests.size() && !free_.empty();
    const auto ready = epoll_.wait(timed ? std::max<Nanoseconds>(due_at() - now_ns(), 0) : longest_wait);
    if (!ready.empty()) heard_at = now_ns();
    if (now_ns() - heard_at > silence_max) throw std::runtime_error("no webhook is answered any more");
    for (const auto& event : ready) {
      if (!take_answer(senders_[event.data.u64], sent)) continue;
      free_.push_back(event.data.u64);
      ++answered;
    }
  }
  sent.ended_at = *std::max_element(sent.answered_at.begin(), sent.answered_at.end());
  return sent;
}

void HookSenders::send(std::size_t sender, const std::string& request, std::size_t position) {
  senders_[sender].position = position;
  send_all(senders_[sender].socket.get(), request);
}

bool HookSenders::take_answer(Sender& sender, SentHooks& sent) {
  receive_some(sender.socket.get(), sender.received);
  // An acknowledgement has no body; a refusal's is short and comes with its head.
  if (sender.received.find("\r\n\r\n") == std::string::npos) return false;
  const bool good = sender.received.starts_with("HTTP/1.1 200");
  ++(good ? sent.acknowledged : sent.refused);
  sent.answered_at[sender.position] = now_ns();
  sender.received.clear();
  return true;
}

}  // namespace inboxd::bench
