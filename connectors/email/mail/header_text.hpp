// What a header's value says: decoded words (RFC 2047), addresses, a date, Message-IDs. Used by whoever needs a field's
// meaning; any bytes are survived and what comes out is valid UTF-8, bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/content.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::connectors::email {

inline constexpr std::size_t addresses_max = 500;         // of one field
inline constexpr std::size_t message_id_bytes_max = 512;  // of what is taken for one

/// Of the first 64 KB.
std::string decode_words(std::string_view raw);

/// Groups are flattened, what is no address is left out. `cut` is set when there were more.
std::vector<MailAddress> addresses_of(std::string_view raw, bool* cut = nullptr);

/// RFC 5322 and what programs write instead.
std::optional<Timestamp> date_of(std::string_view raw);

/// Each with angle brackets, whether it came with them or not; at most `count_max`.
std::vector<std::string> message_ids_of(std::string_view raw, std::size_t count_max);

}  // namespace inboxd::connectors::email
