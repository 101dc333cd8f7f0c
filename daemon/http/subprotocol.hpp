// What an upgrade request asks for (RFC 6455, section 4.2.1). Pure; used by the connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/message.hpp"

namespace inboxd::http {

/// The first offered that is known; empty text when none is needed; nothing when none fits.
std::optional<std::string> choose_subprotocol(std::string_view offered, const std::vector<std::string>& known);

bool asks_for_websocket(const Request& request);

}  // namespace inboxd::http
