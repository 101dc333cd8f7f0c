#include "daemon/http/api/list.hpp"

#include <algorithm>
#include <charconv>

namespace inboxd::http {
namespace {

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    plain += escape ? static_cast<char>(byte) : text[i] == '+' ? ' ' : text[i];
    if (escape) i += 2;
  }
  return plain;
}

}  // namespace

/// As browsers write them: "+" is a space. What is no escape stays as it is; a filter is never dropped for its form.
Query::Query(std::string_view raw) {
  while (!raw.empty()) {
    const auto end = std::min(raw.find('&'), raw.size());
    const auto pair = raw.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    if (!pair.empty())
      values_.emplace_back(decoded(pair.substr(0, equals)), decoded(pair.substr(std::min(equals + 1, pair.size()))));
    raw.remove_prefix(std::min(end + 1, raw.size()));
  }
}

std::optional<std::string> Query::find(std::string_view name) const {
  for (const auto& [key, value] : values_)
    if (key == name) return value;
  return std::nullopt;
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [key, value] : values_) {
    if (key != name) continue;
    std::size_t from = 0;
    while (from <= value.size()) {
      const auto comma = std::min(value.find(',', from), value.size());
      if (comma > from) found.push_back(value.substr(from, comma - from));
      from = comma + 1;
    }
  }
  return found;
}

Result<int> Query::limit(int fallback, int most) const {
  const auto given = find("limit");
  if (!given) return fallback;
  int limit = 0;
  const auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), limit);
  if (error != std::errc{} || end != given->data() + given->size() || limit < 1 || limit > most)
    return bad_request("`limit` takes 1 to " + std::to_string(most));
  return limit;
}

Result<std::optional<std::int64_t>> Query::after_number() const {
  const auto text = find("after");
  if (!text) return std::optional<std::int64_t>{};
  const auto position = parse_position(*text);
  if (!position || position->size() != 1) return bad_position();
  return std::optional(position->front());
}

Error bad_position() { return bad_request("`after` takes the `next` of the page before"); }

std::optional<std::vector<std::int64_t>> parse_position(std::string_view text) {
  std::vector<std::int64_t> numbers;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at != end && numbers.size() < 3) {
    std::int64_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) return std::nullopt;
    numbers.push_back(number);
    if (next != end && *next != '_') return std::nullopt;
    at = next == end ? end : next + 1;
  }
  if (numbers.empty()) return std::nullopt;
  return numbers;
}

std::string position_text(std::initializer_list<std::int64_t> numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : "_") + std::to_string(number);
  return text;
}

std::string list_body(const std::vector<std::string>& items, const std::string& next, std::string_view more_fields) {
  std::string body = R"({"items":[)";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) body += ',';
    body += items[i];
  }
  body += R"(],"next":)";
  body += next.empty() ? "null" : '"' + next + '"';
  body += more_fields;
  return body + '}';
}

}  // namespace inboxd::http
