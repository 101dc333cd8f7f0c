// The syntax of addresses in the configuration: IP addresses with ports, networks, URLs. Pure checks, no look-ups.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/config.hpp"

namespace inboxd::config {

/// "127.0.0.1:8800" or "[::1]:8800"; nothing for anything else.
std::optional<Address> parse_address(std::string_view text);

/// Of an Address: 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view host);

/// An IP address, or a network in CIDR notation (RFC 4632, RFC 4291).
bool is_network(std::string_view text);

/// Has a scheme and a host, and no user, query or fragment.
bool is_base_url(std::string_view text);

/// As is_base_url, http or https, without a path.
bool is_origin(std::string_view text);

/// Without slashes at the end.
std::string without_trailing_slash(std::string text);

}  // namespace inboxd::config
