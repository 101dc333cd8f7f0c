// The words by which mail programs of many languages introduce what they quote and sign. Called by split.cpp for one
// line or a few; pure, and its time grows with the size of what it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace inboxd::connectors::email {

/// A longer text introduces nothing.
inline constexpr std::size_t introduction_bytes_max = 400;

/// "On Mon, 3 Nov 2025, Anna wrote:", whole, its lines joined by spaces.
bool is_introduction(std::string_view line);
/// False for a line that cannot even be the end of one.
bool may_end_introduction(std::string_view line);
/// Starts with the word that introductions start with: "On", "Il", "Am", …
bool begins_introduction(std::string_view line);

/// "-----Original Message-----"
bool is_original_separator(std::string_view line);
/// "---------- Forwarded message ---------"
bool is_forward_separator(std::string_view line);

/// "From: Anna" of the block that Outlook writes above what it quotes.
enum class HeaderLine : std::uint8_t { none, from, date, to, subject, copy };
inline constexpr std::size_t header_lines_count = 6;
HeaderLine header_line(std::string_view line);

/// "-- " (RFC 3676, 4.3), also without its space.
bool is_signature_separator(std::string_view line);
/// "Sent from my iPhone"
bool is_device_line(std::string_view line);

}  // namespace inboxd::connectors::email
