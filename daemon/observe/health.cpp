// Verdicts of daemon/observe/health.hpp.
#include "daemon/observe/health.hpp"

#include <utility>

namespace inboxd::observe {

void Health::loop_alive(Milliseconds now) {
  const std::lock_guard lock(mutex_);
  loop_at_ = now;
}

void Health::writer_alive(Milliseconds now) {
  const std::lock_guard lock(mutex_);
  writer_at_ = now;
}

void Health::store_writable() {
  const std::lock_guard lock(mutex_);
  store_failure_.clear();
}

void Health::store_failing(std::string why) {
  const std::lock_guard lock(mutex_);
  store_failure_ = why.empty() ? "the store cannot be written" : std::move(why);
}

void Health::drain() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
}

HealthVerdict Health::liveness(Milliseconds now) const {
  const std::lock_guard lock(mutex_);
  return alive(now);
}

HealthVerdict Health::readiness(Milliseconds now) const {
  const std::lock_guard lock(mutex_);
  if (draining_) return {false, "the daemon is stopping"};
  if (!store_failure_.empty()) return {false, store_failure_};
  return alive(now);
}

bool Health::draining() const {
  const std::lock_guard lock(mutex_);
  return draining_;
}

HealthVerdict Health::alive(Milliseconds now) const {
  if (now - loop_at_ > silence_max_) return {false, "the net loop does not turn"};
  if (now - writer_at_ > silence_max_) return {false, "the writer does not answer"};
  return {};
}

}  // namespace inboxd::observe
