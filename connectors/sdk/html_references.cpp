// decode_text() and decode_attribute(): character references (HTML standard, 13.2.5.72 and on) become UTF-8.
#include <algorithm>
#include <cstdint>
#include <iterator>

#include "connectors/sdk/html_named_references.hpp"
#include "connectors/sdk/html_tokens.hpp"

namespace inboxd::connectors {
namespace {

enum class Place { text, attribute };

constexpr std::size_t reference_bytes_max = 32;
constexpr std::uint32_t replacement = 0xFFFD;
constexpr std::uint32_t code_point_max = 0x10FFFF;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Numbers 128 to 159 mean what windows-1252 has there.
std::uint32_t windows_1252(std::uint32_t number) {
  static constexpr std::uint16_t there[] = {0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                            0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
                                            0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                            0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
  return number >= 0x80 && number <= 0x9F ? there[number - 0x80] : number;
}

/// Control characters say nothing to a reader, and hide schemes from those who check them.
bool is_dropped(std::uint32_t code_point) {
  return (code_point < 0x20 && code_point != '\t' && code_point != '\n' && code_point != '\r') || code_point == 0x7F;
}

void append(std::string& out, std::uint32_t code_point) {
  if (is_dropped(code_point)) return;
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0U | (code_point >> 6U));
    byte(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    byte(0xE0U | (code_point >> 12U));
    byte(0x80U | ((code_point >> 6U) & 0x3FU));
    byte(0x80U | (code_point & 0x3FU));
  } else {
    byte(0xF0U | (code_point >> 18U));
    byte(0x80U | ((code_point >> 12U) & 0x3FU));
    byte(0x80U | ((code_point >> 6U) & 0x3FU));
    byte(0x80U | (code_point & 0x3FU));
  }
}

struct Reference {
  std::uint32_t code_point = 0;
  std::size_t size = 0;  // in bytes, none where this is no reference
};

/// At "&#".
Reference numeric(std::string_view written) {
  const bool hexadecimal = written.size() > 2 && (written[2] == 'x' || written[2] == 'X');
  const std::size_t begin = hexadecimal ? 3 : 2;
  std::size_t end = begin;
  std::uint32_t number = 0;
  for (; end < written.size(); ++end) {
    const int digit = hexadecimal ? hex_value(written[end]) : is_digit(written[end]) ? written[end] - '0' : -1;
    if (digit < 0) break;
    if (number <= code_point_max) number = number * (hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  if (end == begin) return {};
  if (end < written.size() && written[end] == ';') ++end;
  const bool surrogate = number >= 0xD800 && number <= 0xDFFF;
  if (number > code_point_max || number == 0 || surrogate) return {replacement, end};
  return {windows_1252(number), end};
}

Reference named(std::string_view written, Place place) {
  std::size_t end = 1;
  while (end < std::min(written.size(), reference_bytes_max) && (is_letter(written[end]) || is_digit(written[end])))
    ++end;
  const std::string_view name = written.substr(1, end - 1);
  const auto* found =
      std::lower_bound(std::begin(named_references), std::end(named_references), name,
                       [](const NamedReference& one, std::string_view wanted) { return one.name < wanted; });
  if (found == std::end(named_references) || found->name != name) return {};
  if (end < written.size() && written[end] == ';') return {found->code_point, end + 1};
  // The oldest ones do without ";" (as in "&copy 2026"), but not in "?a=1&copy=2".
  if (found->code_point > 0xFF || (place == Place::attribute && end < written.size() && written[end] == '=')) return {};
  return {found->code_point, end};
}

std::string decode(std::string_view written, Place place) {
  std::string out;
  out.reserve(written.size());
  for (std::size_t at = 0; at < written.size();) {
    const std::string_view rest = written.substr(at);
    Reference reference;
    if (rest.starts_with("&#")) {
      reference = numeric(rest);
    } else if (rest.front() == '&') {
      reference = named(rest, place);
    }
    if (reference.size > 0) {
      append(out, reference.code_point);
      at += reference.size;
    } else {
      if (!is_dropped(static_cast<unsigned char>(rest.front()))) out += rest.front();
      ++at;
    }
  }
  return out;
}

}  // namespace

std::string decode_text(std::string_view written) { return decode(written, Place::text); }
std::string decode_attribute(std::string_view written) { return decode(written, Place::attribute); }

}  // namespace inboxd::connectors
