#include "connectors/email/mail/fields.hpp"

#include <algorithm>
#include <cctype>

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t fields_max = 5000;

/// Empty when the line begins with no field name.
std::string_view name_of(std::string_view line) {
  const auto colon = line.find(':');
  if (colon > name_bytes_max) return {};  // also where there is none
  const auto name = trimmed(line.substr(0, colon));
  const bool valid = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  return valid && line.front() != ' ' ? name : std::string_view{};
}

std::string without_nul(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '\0', ' ');
  std::replace(out.begin(), out.end(), '\r', ' ');
  return out;
}

}  // namespace

bool Fields::take(std::string_view line) {
  if (line.empty()) return false;
  const bool folded = line.front() == ' ' || line.front() == '\t';
  const auto name = folded ? std::string_view{} : name_of(line);
  if (!folded && name.empty()) return line.starts_with("From ") || line.starts_with(">From ");
  if (bytes_ + line.size() > bytes_max_ || fields_.size() >= fields_max) {
    cut_ = true;
    last_kept_ = false;
    return true;
  }
  bytes_ += line.size();
  if (!folded) {
    fields_.push_back({lower_case(name), without_nul(trimmed(line.substr(line.find(':') + 1)))});
    last_kept_ = true;
  } else if (last_kept_) {
    auto& value = fields_.back().value;
    const auto more = trimmed(line);
    if (!value.empty() && !more.empty()) value += ' ';
    value += without_nul(more);
  }
  return true;
}

std::string_view Fields::find(std::string_view name) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; });
  return found == fields_.end() ? std::string_view{} : std::string_view(found->value);
}

bool Fields::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const Field& field) { return field.name == name; });
}

std::vector<std::string_view> Fields::every(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const auto& field : fields_)
    if (field.name == name) found.emplace_back(field.value);
  return found;
}

Fields fields_of(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    auto line = text.substr(0, newline);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!fields.take(line)) break;
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  return fields;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

bool contains_word(std::string_view text, std::string_view lower_case_words) {
  return lower_case(text).find(lower_case_words) != std::string::npos;
}

}  // namespace inboxd::connectors::email
