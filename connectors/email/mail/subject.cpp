#include "connectors/email/mail/subject.hpp"

#include <algorithm>
#include <array>

#include "connectors/email/mail/fields.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t matter_bytes_min = 10;

/// English, German, Italian, French, Spanish, Portuguese, Dutch, the Scandinavian languages, Finnish, Polish, Turkish.
constexpr std::array<std::string_view, 22> prefixes{"re",  "fwd",     "fw", "aw",  "wg",  "antw", "r",   "i",
                                                    "rif", "inoltra", "tr", "ref", "rv",  "res",  "enc", "rm",
                                                    "sv",  "vs",      "vb", "vl",  "odp", "ynt"};

std::string_view without_spaces(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// "Re:", "Re[2]:", "Re(2):", "Re :"; nothing when it begins with none.
std::string_view without_prefix(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return text;
  auto word = text.substr(0, colon);
  if (const auto count = word.find_first_of("[("); count != std::string_view::npos) word = word.substr(0, count);
  const auto lower = lower_case(without_spaces(word));
  if (std::find(prefixes.begin(), prefixes.end(), lower) == prefixes.end()) return text;
  return text.substr(colon + 1);
}

std::string_view without_brackets(std::string_view text) {
  if (text.starts_with('['))
    if (const auto end = text.find(']'); end != std::string_view::npos) return text.substr(end + 1);
  if (text.ends_with(']'))
    if (const auto begin = text.rfind("[#"); begin != std::string_view::npos) return text.substr(0, begin);
  return text;
}

}  // namespace

std::string matter_of(std::string_view subject) {
  for (auto left = without_spaces(subject);; left = without_spaces(left)) {
    const auto less = without_spaces(without_brackets(without_prefix(left)));
    if (less.size() < left.size()) {
      left = less;
      continue;
    }
    const bool tells = left.size() >= matter_bytes_min && left.find(' ') != std::string_view::npos;
    return std::string(tells ? left : std::string_view{});
  }
}

}  // namespace inboxd::connectors::email
