// Entities to spans, spans to entities, and long text to several messages.
#include "connectors/telegram/entities.hpp"

#include <algorithm>
#include <optional>

#include <boost/json/object.hpp>

#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::telegram {
namespace {

/// Telegram ignores what a message has beyond this.
constexpr std::size_t entities_max = 100;

std::optional<TextStyle> style_of(const std::string& type) {
  if (type == "bold") return TextStyle::bold;
  if (type == "italic") return TextStyle::italic;
  if (type == "underline") return TextStyle::underline;
  if (type == "strikethrough") return TextStyle::strikethrough;
  if (type == "code") return TextStyle::code;
  if (type == "pre") return TextStyle::preformatted;
  if (type == "text_link") return TextStyle::link;
  if (type == "blockquote" || type == "expandable_blockquote") return TextStyle::quote;
  return std::nullopt;
}

std::string_view type_of(TextStyle style) {
  switch (style) {
    case TextStyle::bold:
      return "bold";
    case TextStyle::italic:
      return "italic";
    case TextStyle::underline:
      return "underline";
    case TextStyle::strikethrough:
      return "strikethrough";
    case TextStyle::code:
      return "code";
    case TextStyle::preformatted:
      return "pre";
    case TextStyle::link:
      return "text_link";
    case TextStyle::quote:
      return "blockquote";
  }
  return "bold";
}

bool literal(TextStyle style) { return style == TextStyle::code || style == TextStyle::preformatted; }

/// "pre" and "code" entities can't contain other entities, nor can quotes be nested.
bool allowed_beside(const TextSpan& span, const std::vector<TextSpan>& kept) {
  return std::none_of(kept.begin(), kept.end(), [&](const TextSpan& other) {
    const bool overlaps = span.begin < other.end && other.begin < span.end;
    return overlaps && (literal(other.style) || literal(span.style) ||
                        (span.style == TextStyle::quote && other.style == TextStyle::quote));
  });
}

bool white(char c) { return c == ' ' || c == '\n' || c == '\t'; }

/// Where the piece that starts at `begin` and may reach `limit` ends best.
std::size_t best_cut(std::string_view text, std::size_t begin, std::size_t limit) {
  const std::size_t earliest = begin + (limit - begin) / 2;
  for (const std::string_view border : {"\n\n", "\n", " "}) {
    const auto found = text.rfind(border, limit);
    if (found != std::string_view::npos && found > earliest) return found;
  }
  return limit;
}

}  // namespace

RichText read_entities(std::string text, const boost::json::array& entities) {
  RichText rich{std::move(text), {}};
  for (const auto& entity : entities) {
    if (rich.spans.size() == entities_max) break;
    const auto style = style_of(text_of(entity, "type"));
    const auto offset = integer_of(entity, "offset");
    const auto length = integer_of(entity, "length");
    if (!style || offset < 0 || length <= 0 || length > static_cast<std::int64_t>(rich.text.size())) continue;
    TextSpan span{*style,
                  byte_at_utf16(rich.text, static_cast<std::size_t>(offset)),
                  byte_at_utf16(rich.text, static_cast<std::size_t>(offset) + static_cast<std::size_t>(length)),
                  {}};
    if (*style == TextStyle::link) span.link = text_of(entity, "url");
    const bool usable = span.begin < span.end && (*style != TextStyle::link || safe_link(span.link));
    if (usable) rich.spans.push_back(std::move(span));
  }
  return rich;
}

boost::json::array write_entities(const RichText& rich) {
  boost::json::array entities;
  std::vector<TextSpan> kept;
  for (const TextSpan& span : rich.spans) {
    if (kept.size() == entities_max) break;
    if (!allowed_beside(span, kept)) continue;
    const std::size_t offset = utf16_length(std::string_view(rich.text).substr(0, span.begin));
    const std::size_t length = utf16_length(std::string_view(rich.text).substr(span.begin, span.end - span.begin));
    boost::json::object entity{{"type", type_of(span.style)}, {"offset", offset}, {"length", length}};
    if (span.style == TextStyle::link) entity["url"] = span.link;
    entities.push_back(std::move(entity));
    kept.push_back(span);
  }
  return entities;
}

std::vector<RichText> split_text(const RichText& rich, std::size_t units_max) {
  std::vector<RichText> pieces;
  const std::string_view text = rich.text;
  std::size_t begin = 0;
  while (true) {
    while (begin < text.size() && white(text[begin])) ++begin;
    if (begin == text.size()) return pieces;
    std::size_t end = begin + byte_at_utf16(text.substr(begin), units_max);
    if (end < text.size()) end = best_cut(text, begin, end);
    std::size_t last = end;
    while (last > begin && white(text[last - 1])) --last;
    if (last > begin) pieces.push_back(slice(rich, begin, last));
    begin = end;
  }
}

}  // namespace inboxd::connectors::telegram
