// Sees that the wall clock was set back, by comparing it with the clock that nobody sets. For whoever keeps wall times
// of its own waits in the store: those wait as much longer.
#pragma once

#include <algorithm>

#include "daemon/clock/clock.hpp"

namespace inboxd {

/// The wall clock was set, rather than kept in step, when it has moved by more than this.
inline constexpr Milliseconds clock_step_min{1'000};

class ClockSteps {
 public:
  struct Look {
    Timestamp now;
    Milliseconds set_back;  // by how much, since the look before; 0: it was not
  };

  explicit ClockSteps(const Clock& clock) : clock_(clock), ahead_(ahead_at(clock.now())) {}

  /// Both from one reading of the clock: whoever counts from `now` and was told of no step cannot miss one.
  [[nodiscard]] Look look() {
    const auto now = clock_.now();
    const auto ahead = ahead_at(now);
    const auto moved = ahead - ahead_;
    if (moved > -clock_step_min && moved < clock_step_min) return {now, Milliseconds{0}};
    ahead_ = ahead;
    return {now, std::max(-moved, Milliseconds{0})};
  }

 private:
  [[nodiscard]] Milliseconds ahead_at(Timestamp now) const { return now.time_since_epoch() - clock_.steady_now(); }

  const Clock& clock_;
  Milliseconds ahead_;  // of the wall clock before the clock that nobody sets
};

}  // namespace inboxd
