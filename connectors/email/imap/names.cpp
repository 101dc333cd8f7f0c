#include "connectors/email/imap/names.hpp"

#include <array>
#include <cstdint>

namespace inboxd::connectors::email::imap {
namespace {

constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr char32_t replacement = 0xFFFD;

/// The character at `at`, moved past it; a byte that is not UTF-8 is U+FFFD.
char32_t next_character(std::string_view utf8, std::size_t& at) {
  const auto first = static_cast<unsigned char>(utf8[at++]);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  if (more == 0 || at + more > utf8.size() || first > 0xF4) return replacement;
  char32_t character = first & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto next = static_cast<unsigned char>(utf8[at + i]);
    if ((next & 0xC0U) != 0x80U) return replacement;
    character = (character << 6U) | (next & 0x3FU);
  }
  at += more;
  return character > 0x10FFFF ? replacement : character;
}

void append_utf8(std::string& out, char32_t character) {
  const auto byte = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xC0U | (character >> 6U));
    byte(0x80U | (character & 0x3FU));
  } else if (character < 0x10000) {
    byte(0xE0U | (character >> 12U));
    byte(0x80U | ((character >> 6U) & 0x3FU));
    byte(0x80U | (character & 0x3FU));
  } else {
    byte(0xF0U | (character >> 18U));
    byte(0x80U | ((character >> 12U) & 0x3FU));
    byte(0x80U | ((character >> 6U) & 0x3FU));
    byte(0x80U | (character & 0x3FU));
  }
}

/// "&…-" around the base64 of UTF-16BE.
std::string encode_run(const std::u16string& run) {
  std::string out = "&";
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char16_t unit : run) {
    bits = (bits << 16U) | unit;
    for (held += 16; held >= 6; held -= 6) out += base64_letters[(bits >> (held - 6)) & 63U];
  }
  if (held > 0) out += base64_letters[(bits << (6 - held)) & 63U];
  return out + '-';
}

std::optional<std::u16string> decode_run(std::string_view base64) {
  std::u16string run;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char letter : base64) {
    const auto value = base64_letters.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 16) continue;
    held -= 16;
    run += static_cast<char16_t>((bits >> held) & 0xFFFFU);
  }
  return run;
}

bool append_utf16(std::string& out, const std::u16string& run) {
  for (std::size_t i = 0; i < run.size(); ++i) {
    char32_t character = run[i];
    if (character >= 0xD800 && character < 0xDC00 && i + 1 < run.size() && (run[i + 1] & 0xFC00U) == 0xDC00U)
      character = 0x10000 + ((character & 0x3FFU) << 10U) + (run[++i] & 0x3FFU);
    if (character >= 0xD800 && character < 0xE000) return false;
    append_utf8(out, character);
  }
  return true;
}

}  // namespace

std::string encode_folder(std::string_view utf8) {
  std::string out;
  std::u16string run;
  const auto end_run = [&] {
    if (!run.empty()) out += encode_run(run);
    run.clear();
  };
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t character = next_character(utf8, at);
    if (character >= 0x20 && character < 0x7F) {
      end_run();
      out += static_cast<char>(character);
      if (character == '&') out += '-';
    } else if (character >= 0x10000) {
      run += static_cast<char16_t>(0xD800U + ((character - 0x10000) >> 10U));
      run += static_cast<char16_t>(0xDC00U + ((character - 0x10000) & 0x3FFU));
    } else {
      run += static_cast<char16_t>(character);
    }
  }
  end_run();
  return out;
}

std::string decode_folder(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] != '&') {
      out += name[at];
      continue;
    }
    const auto end = name.find('-', at);
    if (end == std::string_view::npos) return std::string(name);
    const auto run = decode_run(name.substr(at + 1, end - at - 1));
    if (!run || !append_utf16(out, *run)) return std::string(name);
    if (end == at + 1) out += '&';
    at = end;
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter;
  }
  return out + '"';
}

std::optional<Timestamp> parse_date_time(std::string_view text) {
  using detail::read_char;
  using detail::read_digits;
  std::size_t at = text.starts_with(' ') ? 1 : 0;
  const std::size_t day_digits = text.size() > at + 1 && text[at + 1] == '-' ? 1 : 2;
  const int day = read_digits(text, at, day_digits);
  if (day < 0 || !read_char(text, at, '-') || at + 3 > text.size()) return std::nullopt;
  unsigned month = 0;
  for (unsigned i = 0; i < months.size(); ++i)
    if (text.substr(at, 3) == months[i]) month = i + 1;
  at += 3;
  if (month == 0 || !read_char(text, at, '-')) return std::nullopt;
  const int year = read_digits(text, at, 4);
  if (year < 0 || !read_char(text, at, ' ')) return std::nullopt;
  const int hour = read_digits(text, at, 2);
  if (hour < 0 || !read_char(text, at, ':')) return std::nullopt;
  const int minute = read_digits(text, at, 2);
  if (minute < 0 || !read_char(text, at, ':')) return std::nullopt;
  const int second = read_digits(text, at, 2);
  if (second < 0 || !read_char(text, at, ' ')) return std::nullopt;
  const bool east = read_char(text, at, '+');
  if (!east && !read_char(text, at, '-')) return std::nullopt;
  const int zone = read_digits(text, at, 4);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (zone < 0 || at != text.size() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const int offset = (zone / 100 * 60 + zone % 100) * (east ? 1 : -1);
  return Timestamp{std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute - offset} +
                   std::chrono::seconds{second}};
}

std::string search_date(Timestamp at) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(at)};
  return std::to_string(static_cast<unsigned>(date.day())) + '-' +
         std::string(months[static_cast<unsigned>(date.month()) - 1]) + '-' +
         std::to_string(static_cast<int>(date.year()));
}

}  // namespace inboxd::connectors::email::imap
