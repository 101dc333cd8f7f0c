// Time for commands that run without a daemon's loop: it only tells, nothing waits.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "daemon/clock/clock.hpp"

namespace inboxd::app {

class WallClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  }
  [[nodiscard]] Milliseconds steady_now() const override {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
  }
  [[nodiscard]] std::unique_ptr<Wait> after(Milliseconds, std::function<void()>) override { return nullptr; }
};

}  // namespace inboxd::app
