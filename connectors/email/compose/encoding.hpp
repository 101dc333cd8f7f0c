// How text becomes the 7-bit lines of a mail: headers (RFC 2047, 2231, folded as in RFC 5322 2.2.3) and bodies (RFC
// 2045 quoted-printable). Pure; what goes in is UTF-8, what comes out has CRLF line ends and lines of at most 78 where
// that is possible, under 998 always.
#pragma once

#include <string>
#include <string_view>

#include "schemas/types/content.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::connectors::email {

/// Unstructured text (Subject): as it is where ASCII fits, otherwise encoded words. Control characters become spaces.
std::string header_text(std::string_view text);
/// "Anna <anna@example.com>" with the name quoted or encoded where needed.
std::string header_address(const MailAddress& address);
/// `; name="value"`, in the form of RFC 2231 for what no quoted string can hold.
std::string header_parameter(std::string_view name, std::string_view value);
/// "Sun, 22 Nov 2026 23:39:52 +0000"
std::string header_date(Timestamp at);

/// Text with any line ends as quoted-printable.
std::string quoted_printable(std::string_view text);

}  // namespace inboxd::connectors::email
