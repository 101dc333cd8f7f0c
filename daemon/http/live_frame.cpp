// Writes the two kinds of frames that the server makes itself.
#include "daemon/http/live_frame.hpp"

namespace inboxd::http {

namespace {
constexpr char final_text = '\x81';
constexpr char final_close = '\x88';
constexpr std::size_t reason_max = 123;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>((value >> (8 * i)) & 0xFFU);
}
}  // namespace

void append_text_frame(std::string& out, std::string_view prefix, std::size_t body_size) {
  const std::uint64_t size = prefix.size() + body_size;
  out += final_text;
  if (size < 126) {
    out += static_cast<char>(size);
  } else if (size <= 0xFFFF) {
    out += static_cast<char>(126);
    append_big_endian(out, size, 2);
  } else {
    out += static_cast<char>(127);
    append_big_endian(out, size, 8);
  }
  out.append(prefix);
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  std::size_t size = reason.size();
  if (size > reason_max) {
    size = reason_max;
    while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xC0U) == 0x80U) --size;
  }
  std::string frame;
  frame += final_close;
  frame += static_cast<char>(2 + size);
  append_big_endian(frame, code, 2);
  return frame.append(reason.substr(0, size));
}

std::optional<std::uint16_t> close_code(std::string_view frame) {
  if (frame.empty() || frame.front() != final_close) return std::nullopt;
  if (frame.size() < 4) return 1005;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(frame[2]) * 256U + static_cast<unsigned char>(frame[3]));
}

}  // namespace inboxd::http
