#include "connectors/email/mail/charset.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <type_traits>

#include <iconv.h>

#include "connectors/email/mail/fields.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Alias {
  std::string_view declared;
  std::string_view meant;
};
/// What mail programs call one thing and mean another; the same table as browsers have (WHATWG Encoding, "labels").
constexpr std::array aliases{
    Alias{"gb2312", "GB18030"},
    Alias{"gbk", "GB18030"},
    Alias{"x-gbk", "GB18030"},
    Alias{"gb_2312-80", "GB18030"},
    Alias{"hz-gb-2312", "HZ"},
    Alias{"ks_c_5601-1987", "CP949"},
    Alias{"ks_c_5601", "CP949"},
    Alias{"euc-kr", "CP949"},
    Alias{"iso-8859-1", "WINDOWS-1252"},
    Alias{"iso8859-1", "WINDOWS-1252"},
    Alias{"iso_8859-1", "WINDOWS-1252"},
    Alias{"latin1", "WINDOWS-1252"},
    Alias{"x-ansi", "WINDOWS-1252"},
    Alias{"ansi", "WINDOWS-1252"},
    Alias{"iso-8859-9", "WINDOWS-1254"},
    Alias{"iso-8859-11", "WINDOWS-874"},
    Alias{"tis-620", "WINDOWS-874"},
    Alias{"shift_jis", "CP932"},
    Alias{"sjis", "CP932"},
    Alias{"x-sjis", "CP932"},
    Alias{"big5", "BIG5-HKSCS"},
    Alias{"iso-8859-8-i", "WINDOWS-1255"},
    Alias{"utf8", "UTF-8"},
    Alias{"unicode-1-1-utf-8", "UTF-8"},
};
/// Say nothing: the bytes decide.
constexpr std::array undeclared{std::string_view{""},          std::string_view{"us-ascii"},
                                std::string_view{"ascii"},     std::string_view{"ansi_x3.4-1968"},
                                std::string_view{"x-unknown"}, std::string_view{"unknown-8bit"},
                                std::string_view{"unknown"},   std::string_view{"default"},
                                std::string_view{"binary"},    std::string_view{"8bit"}};

/// U+0080 to U+009F as windows-1252 has them; 0 where it has none.
constexpr std::array<char32_t, 32> windows_c1{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                              0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                              0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                              0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

/// glibc's iconv_t is a pointer to what only iconv knows.
struct CloseConverter {
  void operator()(iconv_t converter) const { iconv_close(converter); }
};
using Converter = std::unique_ptr<std::remove_pointer_t<iconv_t>, CloseConverter>;

Converter open_converter(const std::string& charset) {
  const iconv_t opened = iconv_open("UTF-8", charset.c_str());
  return Converter(reinterpret_cast<std::uintptr_t>(opened) == UINTPTR_MAX ? nullptr : opened);
}

std::string convert(iconv_t converter, std::string_view bytes) {
  std::string in(bytes);
  char* next = in.data();
  std::size_t left = in.size();
  std::string out;
  std::array<char, 4096> piece{};
  while (true) {
    char* to = piece.data();
    std::size_t room = piece.size();
    const bool flushing = left == 0;
    const auto done = iconv(converter, flushing ? nullptr : &next, flushing ? nullptr : &left, &to, &room);
    out.append(piece.data(), piece.size() - room);
    if (done != static_cast<std::size_t>(-1)) {
      if (flushing) return out;
      continue;
    }
    if (errno == E2BIG) continue;
    out += replacement;
    if (left == 0) return out;
    ++next;
    --left;
  }
}

/// The length of the UTF-8 character at the front, 0 when there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  const unsigned second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool beyond = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
  return overlong || beyond ? 0 : length;
}

void put(std::string& out, char32_t character) {
  if (character < 0x800) {
    out += static_cast<char>(0xC0U | (character >> 6U));
  } else {
    out += static_cast<char>(0xE0U | (character >> 12U));
    out += static_cast<char>(0x80U | ((character >> 6U) & 0x3FU));
  }
  out += static_cast<char>(0x80U | (character & 0x3FU));
}

bool has_high_bytes(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::string meant_by(const std::string& declared) {
  for (const auto& alias : aliases)
    if (alias.declared == declared) return std::string(alias.meant);
  return declared;
}

bool is_charset_name(std::string_view name) {
  return name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
         });
}

Converted in_charset(std::string_view bytes, const std::string& charset, std::string note) {
  const auto converter = open_converter(charset);
  if (!converter) return {clean_text(bytes), std::move(note)};
  auto text = clean_text(convert(converter.get(), bytes));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark
  return {std::move(text), std::move(note)};
}

Converted detected(std::string_view bytes, std::string note) {
  if (is_utf8(bytes)) return {clean_text(bytes), std::move(note)};
  return in_charset(bytes, "WINDOWS-1252", std::move(note));
}

/// UTF-16 without a byte order mark is big-endian by RFC 2781, but the little-endian of one system is what comes.
std::string utf16_order(std::string_view bytes) {
  if (bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE")) return "UTF-16";
  std::size_t even = 0;
  std::size_t odd = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 4096); ++i)
    if (bytes[i] == '\0') ++(i % 2 == 0 ? even : odd);
  return odd > even ? "UTF-16LE" : "UTF-16BE";
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto length = character_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

Converted to_utf8(std::string_view bytes, std::string_view charset) {
  const std::string declared = lower_case(trimmed(charset));
  if (declared != "utf-16" && declared != "utf-16le" && declared != "utf-16be") {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    if (bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE")) return in_charset(bytes, "UTF-16", {});
    if (std::find(undeclared.begin(), undeclared.end(), declared) != undeclared.end()) return detected(bytes, {});
  }
  // UTF-7 hides markup from whoever looks at the bytes; no mail program of this century writes it.
  if (declared == "utf-7" || declared == "unicode-1-1-utf-7")
    return detected(bytes, "A text is in UTF-7, which is not read; it is shown as it came.");
  const std::string meant = declared == "utf-16" ? utf16_order(bytes) : meant_by(declared);
  if (lower_case(meant) == "utf-8") {
    if (is_utf8(bytes)) return {clean_text(bytes), {}};
    return {clean_text(bytes), "A text says that it is UTF-8 and is not; what cannot be read is marked."};
  }
  if (!is_charset_name(declared) || !open_converter(meant))
    return detected(bytes, has_high_bytes(bytes) ? "A text is in an unknown charset; some letters may be wrong." : "");
  return in_charset(bytes, meant, {});
}

std::string clean_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = character_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += replacement;
    } else if (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) {
      if (const auto meant = windows_c1[static_cast<unsigned char>(text[1]) - 0x80U]; meant != 0) put(out, meant);
    } else if (first >= 0x20 ? first != 0x7F : first == '\t' || first == '\n') {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string clean_line(std::string_view text) {
  std::string out;
  for (const char c : clean_text(text)) {
    const bool space = c == ' ' || c == '\t' || c == '\n';
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace inboxd::connectors::email
