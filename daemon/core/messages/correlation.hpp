// What our requests carry and some providers give back: which outbox row it was, and which attempt. Asked when a reply
// is put together and when its receipt arrives.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace inboxd::core {

/// The row's own part is the same for every attempt, so that a late echo of an early one still finds it.
inline std::string correlation_of(const std::string& row, int attempt) { return row + '.' + std::to_string(attempt); }

/// The row's part and the attempt; empty and 0 for what is not ours.
inline std::pair<std::string_view, int> split_correlation(std::string_view correlation) {
  const auto dot = correlation.rfind('.');
  if (dot == std::string_view::npos) return {};
  int attempt = 0;
  const auto digits = correlation.substr(dot + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), attempt);
  if (error != std::errc{} || end != digits.data() + digits.size() || attempt < 1) return {};
  return {correlation.substr(0, dot), attempt};
}

}  // namespace inboxd::core
