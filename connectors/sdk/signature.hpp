// What webhook signatures need: keyed hashes over raw bytes and comparison in constant time.
#pragma once

#include <string>
#include <string_view>

namespace inboxd::connectors {

/// Lowercase hex of HMAC-SHA256(key, message).
std::string hmac_sha256_hex(std::string_view key, std::string_view message);

/// Takes the same time wherever two texts of one length differ.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace inboxd::connectors
