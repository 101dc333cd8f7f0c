// WhatsApp's marks work only within one line and against the text that they enclose, so styles are cut at line ends
// and pulled in from white space. Underline has no mark and is dropped; a link's address follows its text.
#include "connectors/whatsapp/formatting.hpp"

#include <algorithm>
#include <vector>

#include "connectors/sdk/rich_text.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

struct Mark {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string open;
  std::string close;
  bool code = false;
};

constexpr std::string_view blank = " \t\n";

bool is_code(TextStyle style) { return style == TextStyle::code || style == TextStyle::preformatted; }

std::string mark_of(TextStyle style) {
  switch (style) {
    case TextStyle::bold:
      return "*";
    case TextStyle::italic:
      return "_";
    case TextStyle::strikethrough:
      return "~";
    case TextStyle::code:
    case TextStyle::preformatted:
      return "```";
    case TextStyle::underline:
    case TextStyle::link:
    case TextStyle::quote:
      return "";
  }
  return "";
}

/// Without the white space at both ends; empty when there is nothing else.
std::pair<std::size_t, std::size_t> pulled_in(const std::string& text, std::size_t begin, std::size_t end) {
  while (begin < end && blank.find(text[begin]) != std::string_view::npos) ++begin;
  while (end > begin && blank.find(text[end - 1]) != std::string_view::npos) --end;
  return {begin, end};
}

/// Marks inside code would be shown as they stand.
bool cuts_code(const RichText& rich, std::size_t begin, std::size_t end) {
  return std::any_of(rich.spans.begin(), rich.spans.end(), [&](const TextSpan& span) {
    return is_code(span.style) && span.begin < end && begin < span.end && !(begin <= span.begin && span.end <= end);
  });
}

void add_mark(const RichText& rich, std::size_t from, std::size_t to, const std::string& mark,
              std::vector<Mark>& marks) {
  const auto [begin, end] = pulled_in(rich.text, from, to);
  if (begin < end && !cuts_code(rich, begin, end)) marks.push_back({begin, end, mark, mark, mark.size() > 1});
}

void add_marks(const RichText& rich, const TextSpan& span, std::vector<Mark>& marks) {
  const auto mark = mark_of(span.style);
  if (mark.empty()) return;
  if (is_code(span.style)) return add_mark(rich, span.begin, span.end, mark, marks);
  for (auto begin = span.begin; begin < span.end;) {
    const auto end = std::min(rich.text.find('\n', begin), span.end);
    add_mark(rich, begin, end, mark, marks);
    begin = end + 1;
  }
}

void add_link(const RichText& rich, const TextSpan& span, std::vector<Mark>& marks) {
  const auto shown = rich.text.substr(span.begin, span.end - span.begin);
  const auto colon = span.link.find(':');
  const bool says_it = shown == span.link || span.link.substr(colon + 1) == shown || span.link == "https://" + shown ||
                       span.link == "http://" + shown;
  if (!says_it && !span.link.empty()) marks.push_back({span.begin, span.end, "", " (" + span.link + ")", false});
}

std::vector<Mark> marks_of(const RichText& rich) {
  std::vector<Mark> marks;
  for (const auto& span : rich.spans) {
    if (span.style == TextStyle::link)
      add_link(rich, span, marks);
    else
      add_marks(rich, span, marks);
  }
  std::stable_sort(marks.begin(), marks.end(), [](const Mark& left, const Mark& right) {
    if (left.begin != right.begin) return left.begin < right.begin;
    if (left.end != right.end) return left.end > right.end;
    return !left.code && right.code;  // code is the innermost
  });
  return marks;
}

bool quoted(const RichText& rich, std::size_t at) {
  return std::any_of(rich.spans.begin(), rich.spans.end(), [&](const TextSpan& span) {
    return span.style == TextStyle::quote && span.begin <= at && at < span.end;
  });
}

std::string written(const RichText& rich) {
  const auto marks = marks_of(rich);
  std::vector<Mark> open;
  std::string out;
  auto next = marks.begin();
  for (std::size_t at = 0; at <= rich.text.size(); ++at) {
    for (; !open.empty() && open.back().end <= at; open.pop_back()) out += open.back().close;
    if (at == rich.text.size()) break;
    if ((at == 0 || rich.text[at - 1] == '\n') && quoted(rich, at)) out += "> ";
    for (; next != marks.end() && next->begin == at; ++next) {
      open.push_back(*next);
      // A style that reaches beyond the one around it ends with it, so that marks always nest.
      if (open.size() > 1) open.back().end = std::min(open.back().end, open[open.size() - 2].end);
      out += next->open;
    }
    out += rich.text[at];
  }
  return out;
}

}  // namespace

Result<std::string> marked_up(const Outbound& reply) {
  if (reply.html.empty()) return reply.text;
  const auto rich = parse_html(reply.html);
  if (!rich) return rich.error();
  auto text = written(rich.value());
  return text.empty() ? reply.text : text;
}

}  // namespace inboxd::connectors::whatsapp
