#include "tests/bench/visitors.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "tests/bench/daemon_process.hpp"
#include "tests/bench/frames.hpp"
#include "tests/bench/subscribers.hpp"

namespace inboxd::bench {
namespace {

constexpr std::size_t visitors = 50;
constexpr Nanoseconds catch_up_max = 20'000'000'000;
constexpr std::string_view origin_line = "Origin: https://bench.example\r\n";

std::string receive_until(int socket, std::string_view mark) {
  std::string received;
  while (received.find(mark) == std::string::npos) receive_some(socket, received);
  return received;
}

std::string open_session(int port) {
  const auto socket = connect_to(port);
  send_all(socket.get(), fmt::format("POST /chat/website/session HTTP/1.1\r\nHost: 127.0.0.1\r\n{}"
                                     "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
                                     origin_line));
  constexpr std::string_view name = "\"session_token\":\"";
  const auto answer = receive_until(socket.get(), name);
  const auto start = answer.find(name) + name.size();
  const auto end = answer.find('"', start);
  if (end == std::string::npos) throw std::runtime_error("no session: " + answer);
  return answer.substr(start, end - start);
}

/// Connected, and told where they stand.
Descriptor enter_chat(int port) {
  auto socket = connect_to(port);
  send_all(socket.get(), upgrade_request("/chat/website/socket", "inboxd.chat.v1", origin_line));
  receive_until(socket.get(), "\"type\":\"hello\"");
  send_all(socket.get(), client_frame(fmt::format(R"({{"type":"hello","token":"{}"}})", open_session(port))));
  receive_until(socket.get(), "\"type\":\"chat\"");
  return socket;
}

}  // namespace

void measure_visitors(const Place& place, double per_second, std::int64_t messages, Report& report) {
  DaemonProcess daemon(place.program, place.folder / "daemon");
  std::vector<Descriptor> chats;
  for (std::size_t i = 0; i < visitors; ++i) chats.push_back(enter_chat(daemon.port()));
  Subscribers agent({daemon.port(), daemon.token(), 1, R"(["message.*"])", Noting::times, 0, messages});
  const auto gap = static_cast<Nanoseconds>(1e9 / per_second);
  const auto start = now_ns();
  std::vector<Nanoseconds> sent_at;
  for (std::int64_t i = 0; i < messages; ++i) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(start + i * gap - now_ns()));  // sleep: the pace itself
    const auto frame = client_frame(fmt::format(
        R"({{"type":"message","client_msg_id":"00000000-0000-4000-8000-{:012}","text":"{}"}})", i, message_id(i)));
    sent_at.push_back(now_ns());
    send_all(chats[static_cast<std::size_t>(i) % visitors].get(), frame);
  }
  if (!agent.wait_for_all(messages, now_ns() + catch_up_max))
    return report.broken("a visitor's message did not arrive");
  std::vector<Nanoseconds> spans;
  for (std::size_t i = 0; i < sent_at.size(); ++i) spans.push_back(agent.last_seen(i) - sent_at[i]);
  report.row(fmt::format("visitor's message -> agent's frame, at {:.0f}/s", per_second),
             fmt::format("{:.2f} / {:.2f} ms", quantile_ms(spans, 0.5), quantile_ms(spans, 0.99)),
             "p50 / p99; 50 visitors on WebSockets, stored with fsync between");
}

}  // namespace inboxd::bench
