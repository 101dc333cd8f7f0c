// Points in time as every room writes them: UTC milliseconds inside, RFC 3339 with milliseconds outside.
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace inboxd {

using Milliseconds = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<Milliseconds>;

inline Timestamp from_unix_ms(std::int64_t ms) { return Timestamp{Milliseconds{ms}}; }
inline std::int64_t to_unix_ms(Timestamp at) { return at.time_since_epoch().count(); }
inline Timestamp from_unix_seconds(std::int64_t seconds) { return Timestamp{std::chrono::seconds{seconds}}; }

/// "2026-11-22T16:47:10.123Z"
inline std::string to_rfc3339(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{at - day};
  std::array<char, 40> out{};
  const int length =
      std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {out.data(), static_cast<std::size_t>(length)};
}

namespace detail {
/// Exactly `length` digits at `at`, moved past them; -1 when something else stands there.
inline int read_digits(std::string_view text, std::size_t& at, std::size_t length) {
  if (at + length > text.size()) return -1;
  int value = 0;
  for (std::size_t i = 0; i < length; ++i, ++at) {
    if (text[at] < '0' || text[at] > '9') return -1;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}
inline bool read_char(std::string_view text, std::size_t& at, char wanted) {
  return at < text.size() && text[at] == wanted && ++at != 0;
}
}  // namespace detail

/// Reads RFC 3339 with "Z" or a numeric offset, any number of fraction digits (cut to milliseconds).
inline std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  using detail::read_char;
  using detail::read_digits;
  std::size_t at = 0;
  const int year = read_digits(text, at, 4);
  if (year < 0 || !read_char(text, at, '-')) return std::nullopt;
  const int month = read_digits(text, at, 2);
  if (!read_char(text, at, '-')) return std::nullopt;
  const int day = read_digits(text, at, 2);
  if (!read_char(text, at, 'T') && !read_char(text, at, ' ')) return std::nullopt;
  const int hour = read_digits(text, at, 2);
  if (!read_char(text, at, ':')) return std::nullopt;
  const int minute = read_digits(text, at, 2);
  if (!read_char(text, at, ':')) return std::nullopt;
  const int second = read_digits(text, at, 2);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  int ms = 0;
  if (read_char(text, at, '.')) {
    int scale = 100;
    const std::size_t first = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) ms += (text[at] - '0') * scale;
    if (at == first) return std::nullopt;
  }
  int offset_minutes = 0;
  if (!read_char(text, at, 'Z')) {
    const bool east = read_char(text, at, '+');
    if (!east && !read_char(text, at, '-')) return std::nullopt;
    const int hours = read_digits(text, at, 2);
    if (!read_char(text, at, ':')) return std::nullopt;
    const int minutes = read_digits(text, at, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    offset_minutes = (hours * 60 + minutes) * (east ? 1 : -1);
  }
  if (at != text.size()) return std::nullopt;
  return Timestamp{std::chrono::sys_days{date} + std::chrono::hours{hour} +
                   std::chrono::minutes{minute - offset_minutes} + std::chrono::seconds{second} + Milliseconds{ms}};
}

}  // namespace inboxd
