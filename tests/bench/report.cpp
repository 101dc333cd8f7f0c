// Rows of the table.
#include "tests/bench/report.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace inboxd::bench {

double quantile_ms(std::vector<Nanoseconds> spans, double share) {
  if (spans.empty()) return 0;
  std::sort(spans.begin(), spans.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(spans.size() - 1) + 0.5);
  return static_cast<double>(spans[at]) / 1e6;
}

void Report::row(const std::string& what, const std::string& measured, const std::string& remarks) {
  fmt::print("  {:<46} {:>22}   {}\n", what, measured, remarks);
  std::fflush(stdout);
}

void Report::section(const std::string& title) { fmt::print("\n{}\n", title); }

void Report::broken(const std::string& what) {
  ++failures_;
  fmt::print("  BROKEN: {}\n", what);
}

}  // namespace inboxd::bench
