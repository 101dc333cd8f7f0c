// Uploads whose bytes are on the disk before anybody can refuse them. Used by the routes that take files.
#pragma once

#include "daemon/command_bus/bus.hpp"
#include "daemon/http/message.hpp"

namespace inboxd::http {

/// Where `handler` refuses a request with a blob, the blob is made known to housekeeping, which removes it unless a row
/// names the same bytes: no row would ever lead to it.
Handler leaving_refused_bytes(command_bus::Bus& bus, Handler handler);

}  // namespace inboxd::http
