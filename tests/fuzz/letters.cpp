// HTML and texts of emails: what is shown of them, and what is cut.
#include <algorithm>
#include <set>

#include "connectors/email/text/html_text.hpp"
#include "connectors/email/text/split.hpp"
#include "connectors/sdk/html_tokens.hpp"
#include "connectors/sdk/safe_html.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/shown_html.hpp"

namespace inboxd::fuzz {
namespace {

using namespace connectors;

/// The other parser takes the square of unclosed formatting.
constexpr std::size_t parsed_bytes_max = 16 * 1024;

std::string without_blanks(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line.substr(at, 2) == "\xC2\xA0") {
      ++at;
    } else if (line[at] != ' ' && line[at] != '\t' && line[at] != '\r') {
      out += line[at];
    }
  }
  return out;
}

/// The lines that are not blank, as often as they come.
std::multiset<std::string> lines_of(std::string_view text) {
  std::multiset<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (std::string line = without_blanks(text.substr(0, end)); !line.empty()) lines.insert(std::move(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void holds_every_line(const email::SplitText& parts, std::string_view text) {
  auto held = lines_of(parts.fresh);
  held.merge(lines_of(parts.signature));
  held.merge(lines_of(parts.quoted));
  promise(held == lines_of(text), "no line is lost, none is added");
  promise(!parts.fresh.empty() || held.empty(), "something is fresh");
}

}  // namespace

void safe_html(std::string_view bytes) {
  const SafeHtmlOptions none;
  const std::string shown = connectors::safe_html(bytes, none);
  promise(connectors::safe_html(shown, none) == shown, "what is safe stays as it is");
  if (shown.size() <= parsed_bytes_max)
    promise(unsafe_in(shown).empty(), "nothing forbidden is left for another parser");
  const std::string style = safe_style(bytes);
  promise(safe_style(style) == style, "a safe style stays as it is");
}

void split_text(std::string_view bytes) { holds_every_line(email::split_text(bytes), bytes); }

void split_html(std::string_view bytes) {
  const auto marked = email::marked_text_of_html(bytes);
  const auto lines = static_cast<std::size_t>(std::count(marked.text.begin(), marked.text.end(), '\n'));
  promise(marked.marks.size() == (marked.text.empty() ? 0 : lines + 1), "every line has its mark");
  holds_every_line(email::split_html(bytes), marked.text);
}

}  // namespace inboxd::fuzz
