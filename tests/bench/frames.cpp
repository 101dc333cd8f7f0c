#include "tests/bench/frames.hpp"

namespace inboxd::bench {

std::string client_frame(std::string_view text) {
  std::string frame = "\x81";
  if (text.size() < 126) {
    frame += static_cast<char>(0x80U | text.size());
  } else {
    frame += static_cast<char>(0x80U | 126U);
    frame += static_cast<char>(text.size() >> 8U);
    frame += static_cast<char>(text.size() & 0xFFU);
  }
  frame.append(4, '\0');
  return frame.append(text);
}

std::string upgrade_request(std::string_view path, std::string_view subprotocol, std::string_view more) {
  std::string request = "GET ";
  request.append(path).append(
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ");
  return request.append(subprotocol).append("\r\n").append(more).append("\r\n");
}

}  // namespace inboxd::bench
