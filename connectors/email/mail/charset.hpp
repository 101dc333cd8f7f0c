// Bytes in any charset as valid UTF-8. Used for texts of parts and words of headers. Pure; never fails.
#pragma once

#include <string>
#include <string_view>

namespace inboxd::connectors::email {

struct Converted {
  std::string text;
  std::string note;  // a sentence when the charset was not what it said, or unknown
};

/// `charset` as declared, empty when it is not. What it cannot be in that charset becomes U+FFFD.
Converted to_utf8(std::string_view bytes, std::string_view charset);

bool is_utf8(std::string_view bytes);

/// Valid UTF-8 without controls but tab and newline. C1 controls are windows-1252 that was called ISO 8859-1, and
/// become the characters they were meant to be.
std::string clean_text(std::string_view text);

/// The same in one line.
std::string clean_line(std::string_view text);

}  // namespace inboxd::connectors::email
