// Which network addresses a request may reach that no base URL names. Asked by daemon/transfers/reach for the
// address that is really connected, after the name was resolved, so that no DNS answer leads inside.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

struct sockaddr;

namespace inboxd::transfers {

/// True only for unicast addresses of the public Internet. What is private, local, reserved, documentation, a tunnel or
/// translation that could carry one of these, or of an unknown family, is not.
bool is_global_address(const sockaddr& address);
bool is_global_ipv4(std::uint32_t address);  // host byte order
bool is_global_ipv6(const std::array<std::uint8_t, 16>& address);

/// 127.0.0.0/8 and ::1, the only addresses for which TLS may be left out or unverified.
bool is_loopback_address(const sockaddr& address);

/// The textual form of an address, as getaddrinfo and libcurl write it; false for anything that is not one.
bool is_global_address(std::string_view text);

}  // namespace inboxd::transfers
