// The daemon's clock: the operating system's time, and timers on the net thread's loop. Built once in daemon/app;
// now() and steady_now() from any thread, after() and its wait on the net thread only. Never sleeps.
#pragma once

#include <functional>
#include <memory>

#include "daemon/clock/clock.hpp"

namespace boost::asio {
class io_context;
}

namespace inboxd {

class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::io_context& net) : net_(net) {}

  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] Milliseconds steady_now() const override;
  [[nodiscard]] std::unique_ptr<Wait> after(Milliseconds delay, std::function<void()> then) override;

 private:
  boost::asio::io_context& net_;
};

}  // namespace inboxd
