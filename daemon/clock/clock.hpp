// All waiting of the daemon goes through this port, so that tests and the simulator move time themselves.
// `now` is the wall clock; waits follow a steady clock, so a jump of the wall clock neither fires nor loses them.
#pragma once

#include <functional>
#include <memory>

#include "schemas/types/time.hpp"

namespace inboxd {

/// Dropping it cancels the wait.
class Wait {
 public:
  virtual ~Wait() = default;
};

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
  /// Milliseconds of a clock that never goes back; only differences mean something.
  [[nodiscard]] virtual Milliseconds steady_now() const = 0;
  /// Calls `then` once on the net thread after `delay`, unless the returned wait is dropped before.
  [[nodiscard]] virtual std::unique_ptr<Wait> after(Milliseconds delay, std::function<void()> then) = 0;
};

}  // namespace inboxd
