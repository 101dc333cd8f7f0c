// The rules, from the end of a text to its beginning. Lines are views into the text; each rule looks at every line a
// bounded number of times.
#include "connectors/email/text/split.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "connectors/email/text/html_text.hpp"
#include "connectors/email/text/phrases.hpp"

namespace inboxd::connectors::email {
namespace {

/// An introduction is wrapped over at most so many lines.
constexpr std::size_t introduction_lines_max = 4;
/// A block of From, Sent, To, Subject, with names that are wrapped.
constexpr std::size_t header_block_lines_max = 10;
/// What follows "-- " and is longer is no signature.
constexpr std::size_t signature_lines_max = 40;
/// "Sent from my phone" stands this near to the end, with a name or an address around.
constexpr std::size_t device_lines_max = 3;

/// A shorter line of such signs is no rule.
constexpr std::size_t rule_bytes_min = 5;
constexpr std::string_view rule_signs = "_-=* \t\r";

struct Line {
  std::string_view text;
  LineMark mark = LineMark::none;
  bool blank = false;
  bool quoted = false;
  HeaderLine header = HeaderLine::none;
};
using Lines = std::vector<Line>;

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    if (text.starts_with("\xC2\xA0")) {
      text.remove_prefix(2);
    } else if (text.front() == ' ' || text.front() == '\t' || text.front() == '\r') {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

bool begins_with_quote_sign(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first <= 3 && text[first] == '>';
}

Lines lines_of(std::string_view text, const std::vector<LineMark>& marks) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    Line line{text.substr(0, end)};
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    if (lines.size() < marks.size()) line.mark = marks[lines.size()];
    line.blank = is_blank(line.text);
    line.quoted = line.mark == LineMark::quotation || begins_with_quote_sign(line.text);
    if (!line.blank && !line.quoted) line.header = header_line(line.text);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t next_written(const Lines& lines, std::size_t at) {
  while (at < lines.size() && lines[at].blank) ++at;
  return at;
}

/// The end of what is written before `at`.
std::size_t last_written_end(const Lines& lines, std::size_t at) {
  while (at > 0 && lines[at - 1].blank) --at;
  return at;
}

bool something_written(const Lines& lines, std::size_t begin, std::size_t end) {
  return std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(begin),
                     lines.begin() + static_cast<std::ptrdiff_t>(end), [](const Line& line) { return !line.blank; });
}

/// Where the introduction begins that ends before `end`; `end` where there is none. One that is wrapped begins where
/// the words say so, or where it first makes sense.
std::size_t introduction_begin(const Lines& lines, std::size_t end) {
  if (end == 0 || !may_end_introduction(lines[end - 1].text)) return end;
  std::string joined;
  std::size_t found = end;
  for (std::size_t at = end; at > 0 && end - at < introduction_lines_max; --at) {
    const Line& line = lines[at - 1];
    if (line.blank || line.text.size() > introduction_bytes_max || line.quoted != lines[end - 1].quoted) break;
    joined.insert(0, std::string(line.text) + ' ');
    if (!is_introduction(joined)) continue;
    const bool begins = begins_introduction(line.text);
    if (begins || found == end) found = at - 1;
    if (begins) break;
  }
  return found;
}

/// From, Sent, To, Subject: the sender, when or about what, and a third.
bool is_header_block(const Lines& lines, std::size_t begin) {
  if (lines[begin].header == HeaderLine::none) return false;
  bool seen[header_lines_count] = {};
  for (std::size_t at = begin; at < std::min(lines.size(), begin + header_block_lines_max); ++at) {
    if (lines[at].blank) break;
    seen[static_cast<std::size_t>(lines[at].header)] = true;
  }
  seen[static_cast<std::size_t>(HeaderLine::none)] = false;
  const bool placed =
      seen[static_cast<std::size_t>(HeaderLine::date)] || seen[static_cast<std::size_t>(HeaderLine::subject)];
  return seen[static_cast<std::size_t>(HeaderLine::from)] && placed &&
         std::count(std::begin(seen), std::end(seen), true) >= 3;
}

/// Where an introduction begins that ends with line `at` and quotes without ">" from there on.
std::optional<std::size_t> bare_introduction(const Lines& lines, std::size_t at) {
  if (!may_end_introduction(lines[at].text)) return std::nullopt;
  const std::size_t begin = introduction_begin(lines, at + 1);
  const std::size_t next = next_written(lines, at + 1);
  if (begin > at || next >= lines.size() || lines[next].quoted) return std::nullopt;
  if (!begins_introduction(lines[begin].text) || !something_written(lines, 0, begin)) return std::nullopt;
  return begin;
}

/// The first line from which on everything is quoted, whatever it looks like.
std::size_t quotation_to_end(const Lines& lines) {
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const Line& line = lines[at];
    if (line.mark == LineMark::quotation_to_end) return at;
    if (line.blank || line.quoted) continue;
    if (is_forward_separator(line.text)) break;
    if (is_original_separator(line.text) || is_header_block(lines, at)) return at;
    if (const auto begin = bare_introduction(lines, at)) return *begin;
  }
  return lines.size();
}

/// The first line of the quoted ones that end before `end`, with their introduction; `end` where there are none.
std::size_t quotation_before(const Lines& lines, std::size_t end) {
  std::size_t at = last_written_end(lines, end);
  if (at == 0 || !lines[at - 1].quoted) return end;
  while (at > 0 && (lines[at - 1].quoted || lines[at - 1].blank)) --at;
  const std::size_t first = next_written(lines, at);
  if (is_forward_separator(lines[first].text) || (at > 0 && is_forward_separator(lines[at - 1].text))) return end;
  const std::size_t introduced = last_written_end(lines, at);
  const std::size_t begin = introduction_begin(lines, introduced);
  return begin < introduced ? begin : first;
}

/// The first line of the signature that ends before `end`; `end` where there is none.
std::size_t signature_before(const Lines& lines, std::size_t end) {
  const std::size_t last = last_written_end(lines, end);
  std::size_t begin = end;
  std::size_t written = 0;
  bool marked = true;
  for (std::size_t at = last; at > 0 && last - at < signature_lines_max && !lines[at - 1].quoted; --at) {
    const Line& line = lines[at - 1];
    if (line.blank) continue;
    marked = marked && line.mark == LineMark::signature;
    ++written;
    if (marked || is_signature_separator(line.text) || (written <= device_lines_max && is_device_line(line.text)))
      begin = at - 1;
  }
  return begin;
}

/// Rules drawn above what is quoted belong to it.
std::size_t with_rule_above(const Lines& lines, std::size_t begin) {
  const std::size_t end = last_written_end(lines, begin);
  if (end == 0 || begin == lines.size() || lines[end - 1].text.size() < rule_bytes_min) return begin;
  const bool rule = lines[end - 1].text.find_first_not_of(rule_signs) == std::string_view::npos;
  return rule ? end - 1 : begin;
}

/// Lines [begin, end) without the blank ones around, after what is there.
void append(std::string& out, const Lines& lines, std::size_t begin, std::size_t end) {
  end = std::max(begin, last_written_end(lines, end));
  for (std::size_t at = std::min(next_written(lines, begin), end); at < end; ++at) {
    if (!out.empty()) out += '\n';
    out += lines[at].text;
  }
}

SplitText split(const Lines& lines) {
  const std::size_t rest = with_rule_above(lines, quotation_to_end(lines));
  const std::size_t last_signature = signature_before(lines, rest);
  const std::size_t quotation = quotation_before(lines, last_signature);
  const std::size_t signature = quotation < last_signature ? signature_before(lines, quotation) : quotation;
  SplitText parts;
  if (!something_written(lines, 0, signature)) {
    append(parts.fresh, lines, 0, lines.size());
    return parts;
  }
  append(parts.fresh, lines, 0, signature);
  append(parts.signature, lines, signature, quotation);
  append(parts.signature, lines, last_signature, rest);
  append(parts.quoted, lines, quotation, last_signature);
  append(parts.quoted, lines, rest, lines.size());
  return parts;
}

}  // namespace

SplitText split_text(std::string_view plain) { return split(lines_of(plain, {})); }

SplitText split_html(std::string_view html) {
  const MarkedText marked = marked_text_of_html(html);
  return split(lines_of(marked.text, marked.marks));
}

}  // namespace inboxd::connectors::email
