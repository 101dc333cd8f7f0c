// Whether the daemon lives and can serve, for /healthz, /readyz, the unit's watchdog and `inboxd status`. Fed by the
// loop and the writer, asked by http; knows neither. Safe from any thread.
#pragma once

#include <mutex>
#include <string>

#include "schemas/types/time.hpp"

namespace inboxd::observe {

struct HealthVerdict {
  bool good = true;
  std::string why;  // a sentence when not good
};

class Health {
 public:
  /// `now` is always Clock::steady_now(). A loop or writer silent for longer than `silence_max` counts as dead.
  explicit Health(Milliseconds now, Milliseconds silence_max = Milliseconds{15'000})
      : silence_max_(silence_max), loop_at_(now), writer_at_(now) {}

  /// At least every few seconds: by a timer on the net thread.
  void loop_alive(Milliseconds now);
  /// At least every few seconds: by the writer, also when it has nothing to write.
  void writer_alive(Milliseconds now);
  void store_writable();
  void store_failing(std::string why);
  /// Once, at the beginning of the end; there is no way back.
  void drain();

  [[nodiscard]] HealthVerdict liveness(Milliseconds now) const;
  [[nodiscard]] HealthVerdict readiness(Milliseconds now) const;
  [[nodiscard]] bool draining() const;

 private:
  [[nodiscard]] HealthVerdict alive(Milliseconds now) const;

  const Milliseconds silence_max_;
  mutable std::mutex mutex_;  // guards what follows
  Milliseconds loop_at_;
  Milliseconds writer_at_;
  std::string store_failure_;
  bool draining_ = false;
};

}  // namespace inboxd::observe
