// A clock that stands still until the test moves it. Waits fire inside advance(), on the test's thread, in order of
// due time (then of registration), each seeing its own due time as now.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/clock/clock.hpp"

namespace inboxd {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = from_unix_ms(1'763'800'000'000)) : now_(start) {}

  [[nodiscard]] Timestamp now() const override { return now_; }
  [[nodiscard]] Milliseconds steady_now() const override { return steady_; }
  [[nodiscard]] std::unique_ptr<Wait> after(Milliseconds delay, std::function<void()> then) override {
    const Key key{steady_ + std::max(delay, Milliseconds{0}), next_++};
    waits_->emplace(key, std::move(then));
    return std::make_unique<Handle>(waits_, key);
  }

  /// Moves both clocks, firing what falls due on the way, also what is registered meanwhile.
  void advance(Milliseconds by) {
    const auto until = steady_ + by;
    while (!waits_->empty() && waits_->begin()->first.first <= until) {
      move_to(waits_->begin()->first.first);
      fire_first();
    }
    move_to(until);
  }
  /// Moves to the next wait and fires it; false when nothing waits.
  bool fire_next() {
    if (waits_->empty()) return false;
    move_to(waits_->begin()->first.first);
    fire_first();
    return true;
  }
  /// An operator or NTP sets the wall clock: no wait notices.
  void jump_wall_clock(Milliseconds by) { now_ += by; }

  [[nodiscard]] std::size_t waits() const { return waits_->size(); }
  /// Time until the next wait is due.
  [[nodiscard]] std::optional<Milliseconds> next_wait() const {
    if (waits_->empty()) return std::nullopt;
    return waits_->begin()->first.first - steady_;
  }

 private:
  using Key = std::pair<Milliseconds, std::uint64_t>;
  using Waits = std::map<Key, std::function<void()>>;

  class Handle final : public Wait {
   public:
    Handle(const std::shared_ptr<Waits>& waits, Key key) : waits_(waits), key_(key) {}
    ~Handle() override {
      if (const auto alive = waits_.lock()) alive->erase(key_);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

   private:
    std::weak_ptr<Waits> waits_;
    Key key_;
  };

  void move_to(Milliseconds steady) {
    if (steady <= steady_) return;
    now_ += steady - steady_;
    steady_ = steady;
  }
  void fire_first() {
    auto fired = waits_->extract(waits_->begin());
    fired.mapped()();
  }

  Timestamp now_;
  Milliseconds steady_{1'000'000};
  std::uint64_t next_ = 0;
  std::shared_ptr<Waits> waits_ = std::make_shared<Waits>();
};

}  // namespace inboxd
