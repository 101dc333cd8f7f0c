// Formatted text that is no channel's own: plain UTF-8 text and the spans that are styled. Connectors parse an agent's
// HTML into it and write what a customer formatted as the small HTML subset of schemas/types/inbound.hpp.
// Pure and bounded; it never trusts markup and never emits any other tag or attribute than that subset.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/result.hpp"

namespace inboxd::connectors {

enum class TextStyle { bold, italic, underline, strikethrough, code, preformatted, link, quote };

/// Bytes [begin, end) of the text, on character borders. Spans may nest and touch.
struct TextSpan {
  TextStyle style = TextStyle::bold;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string link;  // TextStyle::link only: http, https, mailto or tel

  friend bool operator==(const TextSpan&, const TextSpan&) = default;
};

struct RichText {
  std::string text;
  std::vector<TextSpan> spans;  // by begin, at one begin the longest first

  friend bool operator==(const RichText&, const RichText&) = default;
};

/// The HTML of one reply, not of a web page.
inline constexpr std::size_t html_bytes_max = std::size_t{128} * 1024;
/// Bounds what an HTML parser does with unclosed formatting, which costs the square of the tags.
inline constexpr std::size_t html_tags_max = 1000;
/// Styles of deeper elements are ignored; their text is kept.
inline constexpr std::size_t html_depth_max = 64;

/// What a browser would show of `html`: white space collapsed, blocks and <br> as line breaks, list items marked,
/// scripts and styles left out, unknown tags transparent. Refused beyond the limits above.
Result<RichText> parse_html(std::string_view html);

/// Escaped text with b, i, u, s, code, pre, a[href], blockquote and br only, always well nested. Spans that overlap
/// are cut, ones outside the text or with another scheme of link are ignored.
std::string to_html(const RichText& rich);

/// Bytes [begin, end) with the parts of the spans that lie in them.
RichText slice(const RichText& rich, std::size_t begin, std::size_t end);

/// True for the schemes that a link may have in either direction.
bool safe_link(std::string_view url);

std::size_t code_point_count(std::string_view utf8);
/// In UTF-16 code units: characters beyond the basic plane count two.
std::size_t utf16_length(std::string_view utf8);
/// The byte where the UTF-16 unit `units` starts, a character's first byte also for its second half; the text's size
/// beyond its end.
std::size_t byte_at_utf16(std::string_view utf8, std::size_t units);

}  // namespace inboxd::connectors
