// Escaping and UTF-8 repair of JsonWriter (RFC 8259 section 7, RFC 3629), numbers and times.
#include "schemas/json/writer.hpp"

#include <array>
#include <cmath>

namespace inboxd {
namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// Bytes that stand for themselves inside a JSON string.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

unsigned char byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

bool continues(std::string_view text, std::size_t at, unsigned char low = 0x80, unsigned char high = 0xBF) {
  return at < text.size() && byte_at(text, at) >= low && byte_at(text, at) <= high;
}

/// Length of the valid multi-byte character at `at`; 0 when it is not one (RFC 3629 section 4).
std::size_t multibyte_length(std::string_view text, std::size_t at) {
  const unsigned char lead = byte_at(text, at);
  if (lead >= 0xC2 && lead <= 0xDF) return continues(text, at + 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : 0xBF;
    return continues(text, at + 1, low, high) && continues(text, at + 2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(text, at + 1, low, high) && continues(text, at + 2) && continues(text, at + 3) ? 4 : 0;
  }
  return 0;
}

void append_escape(std::string& out, char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
  }
  const auto code = static_cast<unsigned char>(byte);
  out += "\\u00";
  out += digits[code >> 4U];
  out += digits[code & 15U];
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t run = 0;
  std::size_t at = 0;
  const auto flush = [&] { out.append(text.substr(run, at - run)); };
  while (at < text.size()) {
    if (plain_bytes[byte_at(text, at)]) {
      ++at;
      continue;
    }
    if (byte_at(text, at) < 0x80) {
      flush();
      append_escape(out, text[at]);
      run = ++at;
      continue;
    }
    if (const std::size_t length = multibyte_length(text, at); length != 0) {
      at += length;
      continue;
    }
    flush();
    out += replacement_character;
    run = ++at;
  }
  flush();
}

void put_digits(char* to, unsigned value, int width) {
  for (int i = width - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

void JsonWriter::escaped_key(std::string_view name) {
  string(name);
  out_ += ':';
  comma_ = false;
}

void JsonWriter::string(std::string_view text) {
  separate();
  out_ += '"';
  append_escaped(out_, text);
  out_ += '"';
  comma_ = true;
}

void JsonWriter::number(double value) {
  if (!std::isfinite(value)) return null();
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  raw({digits, static_cast<std::size_t>(end - digits)});
}

void JsonWriter::time(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) return string(to_rfc3339(at));
  const auto ms = static_cast<unsigned>((at - day).count());
  char text[] = "\"0000-00-00T00:00:00.000Z\"";
  put_digits(text + 1, static_cast<unsigned>(year), 4);
  put_digits(text + 6, static_cast<unsigned>(date.month()), 2);
  put_digits(text + 9, static_cast<unsigned>(date.day()), 2);
  put_digits(text + 12, ms / 3'600'000, 2);
  put_digits(text + 15, ms / 60'000 % 60, 2);
  put_digits(text + 18, ms / 1'000 % 60, 2);
  put_digits(text + 21, ms % 1'000, 3);
  raw({text, sizeof text - 1});
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && bytes_max - end < 3 && continues(text, end)) --end;
  return text.substr(0, end);
}

std::string indented(std::string_view json) {
  std::string out;
  std::size_t level = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append("\n").append(level * 2, ' '); };
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char byte = json[at];
    const bool opens = byte == '{' || byte == '[';
    const bool closes = byte == '}' || byte == ']';
    if (in_string) {
      out += byte;
      if (byte == '\\' && at + 1 < json.size()) out += json[++at];
      in_string = byte != '"';
      continue;
    }
    if (closes && level > 0) {
      --level;
      if (json[at - 1] != '{' && json[at - 1] != '[') new_line();
    }
    out += byte;
    in_string = byte == '"';
    if (byte == ':') out += ' ';
    if (opens) ++level;
    const bool empty = at + 1 < json.size() && (json[at + 1] == '}' || json[at + 1] == ']');
    if (byte == ',' || (opens && !empty)) new_line();
  }
  out += '\n';
  return out;
}

}  // namespace inboxd
