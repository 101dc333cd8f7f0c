// What visitors send, read from JSON: unknown fields are ignored, what does not fit is refused with its name. Used by
// the chat's routes and by open sockets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "daemon/core/visitors/say.hpp"
#include "daemon/visitors/chat_news.hpp"
#include "daemon/visitors/visitors.hpp"

namespace inboxd::visitors {

/// The object of a body or a frame; nothing for anything else.
std::optional<boost::json::value> parse_frame(std::string_view text);

Result<core::VisitorSays> read_message(const boost::json::value& json);
Result<SessionRequest> read_session_request(const boost::json::value& json);
/// `conversation` and `last_seq`, both perhaps absent.
Result<ChatPosition> read_position(const boost::json::value& json);

}  // namespace inboxd::visitors
