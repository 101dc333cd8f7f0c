// A client's WebSocket frames (RFC 6455) as bytes, for subscribers and visitors.
#pragma once

#include <string>
#include <string_view>

namespace inboxd::bench {

/// One text frame. A client's are masked; a mask of zeros leaves the text as it is.
std::string client_frame(std::string_view text);

/// The request of a handshake; `more`: header lines, each with its end.
std::string upgrade_request(std::string_view path, std::string_view subprotocol, std::string_view more = "");

}  // namespace inboxd::bench
