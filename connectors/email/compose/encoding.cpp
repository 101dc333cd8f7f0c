// Encodings behind connectors/email/compose/encoding.hpp.
#include "connectors/email/compose/encoding.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <vector>

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t word_bytes = 39;     // 52 of base64 in "=?UTF-8?B?…?=": 64, beside a header's name
constexpr std::size_t plain_bytes = 60;    // of ASCII beside a header's name on one line
constexpr std::size_t body_line_max = 75;  // RFC 2045 6.7: 76 with the soft break's "="
constexpr std::size_t segment_bytes = 54;  // of a percent-encoded parameter on a line of its own
constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

bool is_plain(std::string_view text) {
  return text.find("=?") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = (group << 8U) | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += at + i > bytes.size() ? '=' : digits[(group >> (18U - 6U * i)) & 0x3FU];
  }
  return out;
}

/// RFC 2047: no character is cut in two, each word stands on a line of its own.
std::string encoded_words(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.size(), at + word_bytes);
    while (end < text.size() && end > at + 1 && continues(text[end])) --end;
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(text.substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

std::string without_controls(std::string_view text) {
  std::string clean(text);
  for (char& c : clean)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return clean;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

void append_hex(std::string& out, char byte, char mark) {
  const auto value = static_cast<unsigned char>(byte);
  out += mark;
  out += hex_digits[value >> 4U];
  out += hex_digits[value & 0x0FU];
}

void append_line(std::string& out, std::string_view line) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    const bool last = i + 1 == line.size();
    const bool literal = (c > 0x20 && c < 0x7F && c != '=') || ((c == ' ' || c == '\t') && !last);
    if (column + (literal ? 1 : 3) > body_line_max) {
      out += "=\r\n";
      column = 0;
    }
    if (literal) {
      out += line[i];
    } else {
      append_hex(out, line[i], '=');
    }
    column += literal ? 1 : 3;
  }
}

}  // namespace

std::string header_text(std::string_view text) {
  const std::string clean = without_controls(text);
  return is_plain(clean) && clean.size() <= plain_bytes ? clean : encoded_words(clean);
}

std::string header_address(const MailAddress& address) {
  if (address.name.empty()) return address.address;
  const std::string name = without_controls(address.name);
  const bool short_enough = is_plain(name) && name.size() <= plain_bytes;
  return (short_enough ? quoted(name) : encoded_words(name)) + " <" + address.address + '>';
}

std::string header_parameter(std::string_view name, std::string_view value) {
  const std::string head = ";\r\n " + std::string(name);
  const std::string clean = without_controls(value);
  if (is_plain(clean) && clean.size() <= plain_bytes) return head + '=' + quoted(clean);
  std::vector<std::string> segments{"UTF-8''"};
  for (const char c : clean) {
    if (segments.back().size() >= segment_bytes) segments.emplace_back();
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_') {
      segments.back() += c;
    } else {
      append_hex(segments.back(), c, '%');
    }
  }
  if (segments.size() == 1) return head + "*=" + segments.front();
  std::string out;
  for (std::size_t i = 0; i < segments.size(); ++i) out += head + '*' + std::to_string(i) + "*=" + segments[i];
  return out;
}

std::string header_date(Timestamp at) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 48> out{};
  const int length = std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                                   days.at(std::chrono::weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                                   months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                                   static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                   static_cast<int>(clock.seconds().count()));
  return {out.data(), static_cast<std::size_t>(length)};
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find_first_of("\r\n", at);
    append_line(out, text.substr(at, end == std::string_view::npos ? end : end - at));
    out += "\r\n";
    if (end == std::string_view::npos) break;
    at = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  return out;
}

}  // namespace inboxd::connectors::email
