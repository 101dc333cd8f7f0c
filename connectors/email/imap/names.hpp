// How IMAP writes a folder's name (RFC 3501 section 5.1.3, modified UTF-7) and a date (section 9, date and date-time).
// Pure; used by the mailbox session.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schemas/types/time.hpp"

namespace inboxd::connectors::email::imap {

/// Every control character is encoded, so that a name cannot end a command.
std::string encode_folder(std::string_view utf8);
/// A name that is not modified UTF-7 (servers send raw UTF-8 too) stays as it is.
std::string decode_folder(std::string_view name);
/// As a quoted string.
std::string quoted(std::string_view text);

/// "17-Jul-1996 02:44:25 -0700"
std::optional<Timestamp> parse_date_time(std::string_view text);
/// The day in UTC as SEARCH takes it: "17-Jul-1996".
std::string search_date(Timestamp at);

}  // namespace inboxd::connectors::email::imap
