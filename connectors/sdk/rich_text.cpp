// UTF-16 arithmetic and the way from spans to HTML; parsing HTML is in rich_text_parse.cpp.
#include "connectors/sdk/rich_text.hpp"

#include <algorithm>
#include <array>

namespace inboxd::connectors {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }
std::size_t units_of_lead(char byte) { return static_cast<unsigned char>(byte) >= 0xF0U ? 2 : 1; }

std::string_view tag_of(TextStyle style) {
  switch (style) {
    case TextStyle::bold:
      return "b";
    case TextStyle::italic:
      return "i";
    case TextStyle::underline:
      return "u";
    case TextStyle::strikethrough:
      return "s";
    case TextStyle::code:
      return "code";
    case TextStyle::preformatted:
      return "pre";
    case TextStyle::link:
      return "a";
    case TextStyle::quote:
      return "blockquote";
  }
  return "b";
}

void append_escaped(std::string& out, std::string_view text, bool keep_line_breaks) {
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\n' && !keep_line_breaks) {
      out += "<br>";
    } else {
      out += c;
    }
  }
}

void append_opening(std::string& out, const TextSpan& span) {
  out += '<';
  out += tag_of(span.style);
  if (span.style == TextStyle::link) {
    out += " href=\"";
    append_escaped(out, span.link, true);
    out += '"';
  }
  out += '>';
}

void append_closing(std::string& out, const TextSpan& span) {
  out += "</";
  out += tag_of(span.style);
  out += '>';
}

bool opens_before(const TextSpan& left, const TextSpan& right) {
  return left.begin != right.begin ? left.begin < right.begin : left.end > right.end;
}

std::vector<TextSpan> usable_spans(const RichText& rich) {
  std::vector<TextSpan> spans;
  for (const TextSpan& span : rich.spans) {
    const bool linked = span.style != TextStyle::link || safe_link(span.link);
    if (span.begin < span.end && span.end <= rich.text.size() && linked) spans.push_back(span);
  }
  std::stable_sort(spans.begin(), spans.end(), opens_before);
  return spans;
}

/// Spans in well nested form: one that would cross the end of an open one is cut into two.
class NestedSpans {
 public:
  explicit NestedSpans(std::string_view text) : text_(text) {}

  void open(TextSpan span) {
    close_until(span.begin);
    write_text(span.begin);
    if (!open_.empty() && span.end > open_.back().end) {
      span.end = open_.back().end;
      if (span.begin == span.end) return;
    }
    append_opening(out_, span);
    open_.push_back(std::move(span));
  }

  std::string finish() {
    close_until(text_.size());
    write_text(text_.size());
    return std::move(out_);
  }

 private:
  void close_until(std::size_t position) {
    while (!open_.empty() && open_.back().end <= position) {
      write_text(open_.back().end);
      append_closing(out_, open_.back());
      open_.pop_back();
    }
  }
  void write_text(std::size_t end) {
    const bool preformatted =
        std::any_of(open_.begin(), open_.end(), [](const TextSpan& s) { return s.style == TextStyle::preformatted; });
    append_escaped(out_, text_.substr(written_, end - written_), preformatted);
    written_ = end;
  }

  std::string_view text_;
  std::string out_;
  std::vector<TextSpan> open_;
  std::size_t written_ = 0;
};

/// The remainders of spans that cross the end of one that opened earlier, as spans of their own.
std::vector<TextSpan> without_crossings(std::vector<TextSpan> spans) {
  constexpr std::size_t spans_max = 4000;  // every crossing adds one
  for (std::size_t i = 0; i < spans.size() && spans.size() < spans_max; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const std::size_t border = spans[j].end;
      if (spans[i].begin >= border || border >= spans[i].end) continue;
      TextSpan rest = spans[i];
      rest.begin = border;
      spans[i].end = border;
      spans.insert(std::upper_bound(spans.begin(), spans.end(), rest, opens_before), std::move(rest));
    }
  }
  std::stable_sort(spans.begin(), spans.end(), opens_before);
  return spans;
}

}  // namespace

std::string to_html(const RichText& rich) {
  NestedSpans html(rich.text);
  for (TextSpan& span : without_crossings(usable_spans(rich))) html.open(std::move(span));
  return html.finish();
}

RichText slice(const RichText& rich, std::size_t begin, std::size_t end) {
  end = std::min(end, rich.text.size());
  begin = std::min(begin, end);
  RichText part{rich.text.substr(begin, end - begin), {}};
  for (TextSpan span : rich.spans) {
    span.begin = std::clamp(span.begin, begin, end) - begin;
    span.end = std::clamp(span.end, begin, end) - begin;
    if (span.begin < span.end) part.spans.push_back(std::move(span));
  }
  return part;
}

bool safe_link(std::string_view url) {
  constexpr std::size_t link_bytes_max = 4096;
  constexpr std::array<std::string_view, 4> prefixes{"https://", "http://", "mailto:", "tel:"};
  if (url.size() > link_bytes_max) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
    return url.size() > prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), url.begin(), [&](char p, char c) { return p == lower(c); });
  });
}

std::size_t code_point_count(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return !continues(c); }));
}

std::size_t utf16_length(std::string_view utf8) {
  std::size_t units = 0;
  for (const char byte : utf8)
    if (!continues(byte)) units += units_of_lead(byte);
  return units;
}

std::size_t byte_at_utf16(std::string_view utf8, std::size_t units) {
  std::size_t passed = 0;
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    if (continues(utf8[at])) continue;
    const std::size_t width = units_of_lead(utf8[at]);
    if (passed + width > units) return at;
    passed += width;
  }
  return utf8.size();
}

}  // namespace inboxd::connectors
