// Fires what falls due: the end of a snooze, closing a resolved conversation, going on with a large merge. Woken by
// commits (a timer may be new or sooner) and by time. What firing means is daemon/core's to decide.
#pragma once

#include <optional>

#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/scan_loop.hpp"
#include "daemon/timers/observer.hpp"

namespace inboxd::timers {

inline constexpr int timers_per_command_max = 100;
/// Conversations that one command changes, whatever its timers ask for: nobody waits long behind it.
inline constexpr int timer_rows_max = 200;
/// After a command that failed.
inline constexpr Milliseconds failed_timers_pause{10'000};

class DueTimers {
 public:
  struct Surroundings {
    command_bus::Bus& bus;
    command_bus::Readers& readers;
    Clock& clock;
    Observer& observer;
  };

  explicit DueTimers(Surroundings surroundings);

  void wake() { scan_.wake(); }
  void stop() { scan_.stop(); }

 private:
  using NextDue = std::optional<Timestamp>;

  Milliseconds look_over(const NextDue& next);
  void fire();
  void fire_singly();
  void fire_one(const storage::TimerRow& timer);

  Surroundings with_;
  bool firing_ = false;
  std::optional<Milliseconds> rests_until_;
  command_bus::ScanLoop<NextDue> scan_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::timers
