// The request target (RFC 9112, section 3.2) as path and query. Pure; used by the connection and by multipart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schemas/types/result.hpp"

namespace inboxd::http {

struct Target {
  std::string path;   // decoded
  std::string query;  // raw
};

/// Origin and absolute form; a path that is not "/…", has a NUL or a dot segment is refused.
Result<Target> parse_target(std::string_view target);

/// Nothing where a "%" is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace inboxd::http
