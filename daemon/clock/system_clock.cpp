// Timers of daemon/clock/system_clock.hpp: one asio steady timer per wait. Whoever drops a wait is certain that its
// callback does not run, even when the timer has already expired and its completion is queued.
#include "daemon/clock/system_clock.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace inboxd {
namespace {

class TimerWait final : public Wait {
 public:
  TimerWait(boost::asio::io_context& net, Milliseconds delay, std::function<void()> then)
      : timer_(net, delay), then_(std::make_shared<std::function<void()>>(std::move(then))) {
    // A completion may be queued when the wait is dropped; the weak pointer then finds nothing to call.
    timer_.async_wait([weak = std::weak_ptr(then_)](const boost::system::error_code& error) {
      if (error) return;
      if (const auto alive = weak.lock()) (*alive)();
    });
  }
  TimerWait(const TimerWait&) = delete;
  TimerWait& operator=(const TimerWait&) = delete;

 private:
  boost::asio::steady_timer timer_;
  std::shared_ptr<std::function<void()>> then_;
};

}  // namespace

Timestamp SystemClock::now() const { return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()); }

Milliseconds SystemClock::steady_now() const {
  return std::chrono::floor<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

std::unique_ptr<Wait> SystemClock::after(Milliseconds delay, std::function<void()> then) {
  return std::make_unique<TimerWait>(net_, delay, std::move(then));
}

}  // namespace inboxd
