// Plain scans, no regular expressions: a log line must not cost more than what it reports.
#include "daemon/observe/redactor.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <mutex>

namespace inboxd::observe {
namespace {

constexpr std::string_view mask = "[redacted]";
constexpr std::size_t secret_bytes_min = 6;

bool unreserved(unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~'; }

/// RFC 3986 2.1, upper-case digits.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const unsigned char c : text) {
    if (unreserved(c)) {
      encoded += static_cast<char>(c);
      continue;
    }
    encoded += '%';
    encoded += digits[c >> 4U];
    encoded += digits[c & 15U];
  }
  return encoded;
}

void replace_all(std::string& text, const std::string& secret) {
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + mask.size()))
    text.replace(at, secret.size(), mask);
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::size_t find_ignoring_case(const std::string& text, std::string_view wanted, std::size_t from) {
  for (; from + wanted.size() <= text.size(); ++from)
    if (equal_ignoring_case(std::string_view(text).substr(from, wanted.size()), wanted)) return from;
  return std::string::npos;
}

/// Masks from after `opening` up to the first of `closing`, unless that is nothing.
void mask_after(std::string& text, std::string_view opening, std::string_view closing) {
  for (auto at = find_ignoring_case(text, opening, 0); at != std::string::npos;
       at = find_ignoring_case(text, opening, at)) {
    at += opening.size();
    const auto end = std::min(text.find_first_of(closing, at), text.size());
    if (end == at) continue;
    text.replace(at, end - at, mask);
    at += mask.size();
  }
}

/// "/bot123456:AAE…": digits, a colon, the key. Telegram's Bot API has the token in the path.
void mask_bot_tokens(std::string& text) {
  constexpr std::string_view opening = "bot";
  for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
    const std::size_t first = at + opening.size();
    std::size_t end = first;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    if (end == first || end == text.size() || text[end] != ':') continue;
    for (++end; end < text.size() && unreserved(static_cast<unsigned char>(text[end]));) ++end;
    text.replace(first, end - first, mask);
  }
}

/// "scheme://user:pass@host"
void mask_user_info(std::string& text) {
  constexpr std::string_view opening = "://";
  for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
    const std::size_t first = at + opening.size();
    const auto end = text.find_first_of("@/ \t\"'", first);
    if (end != std::string::npos && text[end] == '@') text.replace(first, end - first, mask);
  }
}

}  // namespace

void Redactor::add(const std::string& secret) {
  if (secret.size() < secret_bytes_min) return;
  const std::unique_lock lock(mutex_);
  for (const auto& form : {secret, percent_encoded(secret)})
    if (std::find(secrets_.begin(), secrets_.end(), form) == secrets_.end()) secrets_.push_back(form);
  std::stable_sort(secrets_.begin(), secrets_.end(),
                   [](const std::string& left, const std::string& right) { return left.size() > right.size(); });
}

std::string Redactor::redact(std::string_view text) const {
  std::string clean(text);
  {
    const std::shared_lock lock(mutex_);
    for (const auto& secret : secrets_) replace_all(clean, secret);
  }
  mask_bot_tokens(clean);
  mask_user_info(clean);
  constexpr std::string_view ends = " \t\r\n\"'&;,)";
  for (const std::string_view opening : {"bearer ", "basic ", "token=", "secret=", "password="})
    mask_after(clean, opening, ends);
  return clean;
}

}  // namespace inboxd::observe
