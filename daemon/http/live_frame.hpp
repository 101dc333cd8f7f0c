// Server frames of a WebSocket as bytes (RFC 6455, section 5.2): final, unmasked. Used by the live socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inboxd::http {

/// One text frame's head and `prefix`; `body_size` bytes more belong to the frame.
void append_text_frame(std::string& out, std::string_view prefix, std::size_t body_size);
/// `reason` is cut to the 123 bytes that a control frame has room for, at a character's border.
std::string close_frame(std::uint16_t code, std::string_view reason);
/// The code of an unmasked close frame (1005 when it has none); nothing for any other frame.
std::optional<std::uint16_t> close_code(std::string_view frame);

}  // namespace inboxd::http
