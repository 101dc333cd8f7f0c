// Quoted strings are read as browsers write them: only a quote and a backslash are escaped, so that a Windows path
// keeps its separators.
#include "daemon/http/header_parameters.hpp"

#include <algorithm>

#include "daemon/http/target.hpp"

namespace inboxd::http {

namespace {
std::string read_quoted(std::string_view& text) {
  std::string out;
  std::size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    const bool escape = text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    if (escape) ++at;
    out += text[at];
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  return out;
}

/// `UTF-8'language'percent-encoded`; other character sets are not read.
std::string read_extended(const std::string& text) {
  const std::size_t first = text.find('\'');
  const std::size_t second = first == std::string::npos ? first : text.find('\'', first + 1);
  if (second == std::string::npos || lower_case(std::string_view(text).substr(0, first)) != "utf-8") return {};
  return percent_decode(std::string_view(text).substr(second + 1)).value_or(std::string());
}
}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trim_spaces(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string HeaderParameters::parameter(std::string_view name) const {
  std::string plain;
  const std::string starred = std::string(name) + "*";
  for (const auto& [key, found] : parameters) {
    if (key == starred) {
      std::string extended = read_extended(found);
      if (!extended.empty()) return extended;
    }
    if (key == name && plain.empty()) plain = found;
  }
  return plain;
}

HeaderParameters parse_parameters(std::string_view text) {
  HeaderParameters parsed;
  const std::size_t first = text.find(';');
  parsed.value = lower_case(trim_spaces(text.substr(0, first)));
  text.remove_prefix(first == std::string_view::npos ? text.size() : first);
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::size_t end = text.find_first_of("=;");
    std::string name = lower_case(trim_spaces(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    std::string value;
    if (!text.empty() && text.front() == '=') {
      text.remove_prefix(1);
      text = text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
      if (!text.empty() && text.front() == '"') {
        value = read_quoted(text);
      } else {
        value = std::string(trim_spaces(text.substr(0, text.find(';'))));
      }
      const std::size_t next = text.find(';');
      text.remove_prefix(next == std::string_view::npos ? text.size() : next);
    }
    if (!name.empty()) parsed.parameters.emplace_back(std::move(name), std::move(value));
  }
  return parsed;
}

}  // namespace inboxd::http
