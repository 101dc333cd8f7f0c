// safe_style(): declarations of CSS that only change how text and boxes look. A value is made of plain words, numbers
// and colours: without ":", "\", "/*", "@" and functions other than colours nothing can be loaded, run or hidden in it.
#include <algorithm>
#include <iterator>

#include "connectors/sdk/safe_html.hpp"

namespace inboxd::connectors {
namespace {

constexpr std::size_t declarations_max = 64;
constexpr std::size_t value_bytes_max = 256;

constexpr std::string_view properties[] = {"background",
                                           "background-color",
                                           "border",
                                           "border-bottom",
                                           "border-bottom-color",
                                           "border-bottom-style",
                                           "border-bottom-width",
                                           "border-collapse",
                                           "border-color",
                                           "border-left",
                                           "border-left-color",
                                           "border-left-style",
                                           "border-left-width",
                                           "border-radius",
                                           "border-right",
                                           "border-right-color",
                                           "border-right-style",
                                           "border-right-width",
                                           "border-spacing",
                                           "border-style",
                                           "border-top",
                                           "border-top-color",
                                           "border-top-style",
                                           "border-top-width",
                                           "border-width",
                                           "box-sizing",
                                           "clear",
                                           "color",
                                           "direction",
                                           "display",
                                           "float",
                                           "font",
                                           "font-family",
                                           "font-size",
                                           "font-style",
                                           "font-variant",
                                           "font-weight",
                                           "height",
                                           "letter-spacing",
                                           "line-height",
                                           "list-style-type",
                                           "margin",
                                           "margin-bottom",
                                           "margin-left",
                                           "margin-right",
                                           "margin-top",
                                           "max-height",
                                           "max-width",
                                           "min-height",
                                           "min-width",
                                           "opacity",
                                           "overflow",
                                           "overflow-wrap",
                                           "padding",
                                           "padding-bottom",
                                           "padding-left",
                                           "padding-right",
                                           "padding-top",
                                           "table-layout",
                                           "text-align",
                                           "text-decoration",
                                           "text-indent",
                                           "text-transform",
                                           "unicode-bidi",
                                           "vertical-align",
                                           "visibility",
                                           "white-space",
                                           "width",
                                           "word-break",
                                           "word-spacing",
                                           "word-wrap"};
constexpr std::string_view functions[] = {"rgb", "rgba", "hsl", "hsla"};

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

template <std::size_t Count>
bool is_one_of(const std::string_view (&names)[Count], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), small);
  return out;
}

/// White space collapsed, none around.
std::string tidy(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_white(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

bool is_plain(char c) {
  constexpr std::string_view signs = " #.,%-+'\"!()_";
  return is_letter(c) || is_digit(c) || signs.find(c) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Every "(" belongs to a colour, quotes come in pairs.
bool is_safe_value(std::string_view value) {
  if (value.empty() || value.size() > value_bytes_max || !std::all_of(value.begin(), value.end(), is_plain))
    return false;
  if (std::count(value.begin(), value.end(), '"') % 2 != 0 || std::count(value.begin(), value.end(), '\'') % 2 != 0)
    return false;
  for (std::size_t at = value.find('('); at != std::string_view::npos; at = value.find('(', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && (is_letter(value[begin - 1]) || value[begin - 1] == '-')) --begin;
    if (!is_one_of(functions, lower(value.substr(begin, at - begin)))) return false;
  }
  return std::count(value.begin(), value.end(), '(') == std::count(value.begin(), value.end(), ')');
}

}  // namespace

std::string safe_style(std::string_view style) {
  std::string out;
  for (std::size_t count = 0; !style.empty() && count < declarations_max; ++count) {
    const std::size_t end = std::min(style.find(';'), style.size());
    const std::string_view declaration = style.substr(0, end);
    style.remove_prefix(std::min(end + 1, style.size()));
    const std::size_t colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string property = lower(tidy(declaration.substr(0, colon)));
    const std::string value = tidy(declaration.substr(colon + 1));
    if (!is_one_of(properties, property) || !is_safe_value(value)) continue;
    if (!out.empty()) out += ';';
    out.append(property).append(":").append(value);
  }
  return out;
}

}  // namespace inboxd::connectors
