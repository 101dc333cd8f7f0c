#include "tests/bench/rest_client.hpp"

#include <stdexcept>
#include <string_view>

namespace inboxd::bench {

RestClient::Answer RestClient::get(const std::string& path) {
  const auto asked = now_ns();
  send_all(socket_.get(),
           "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token_ + "\r\n\r\n");
  std::string received;
  std::size_t head = std::string::npos;
  while ((head = received.find("\r\n\r\n")) == std::string::npos) receive_some(socket_.get(), received);
  if (!received.starts_with("HTTP/1.1 200")) throw std::runtime_error(path + ": " + received);
  constexpr std::string_view mark = "Content-Length: ";
  const auto at = received.find(mark);
  if (at == std::string::npos || at > head) throw std::runtime_error(path + ": no length");
  const auto size = static_cast<std::size_t>(std::stoul(received.substr(at + mark.size())));
  while (received.size() < head + 4 + size) receive_some(socket_.get(), received);
  return {received.substr(head + 4), now_ns() - asked};
}

}  // namespace inboxd::bench
