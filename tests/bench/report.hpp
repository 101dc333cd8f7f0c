// The table that the benchmark prints, and the quantiles in it.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/sockets.hpp"

namespace inboxd::bench {

/// Sorts. `share`: 0.5 is the median.
double quantile_ms(std::vector<Nanoseconds> spans, double share);

class Report {
 public:
  /// Printed at once, so that a long run shows what it has.
  void row(const std::string& what, const std::string& measured, const std::string& remarks);
  void section(const std::string& title);
  /// A promise that did not hold; the run goes on and ends with exit code 1.
  void broken(const std::string& what);
  [[nodiscard]] bool good() const { return failures_ == 0; }

 private:
  int failures_ = 0;
};

}  // namespace inboxd::bench
