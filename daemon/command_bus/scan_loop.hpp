// Looks for due rows when woken and when time passes, one read at a time: the shape that delivery, media and timers
// share. A wake during a read means one more read afterwards, however many wakes came. Lives on the net thread; never
// changes anything itself.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/command_bus/readers.hpp"

namespace inboxd::command_bus {

/// Even without a wake it looks this often, so that a moved wall clock or a missed wake costs a minute.
inline constexpr Milliseconds longest_scan_pause{60'000};
/// After a read that failed.
inline constexpr Milliseconds failed_scan_pause{2'000};

template <class Found>
class ScanLoop {
 public:
  using Read = std::function<Result<Found>(const ReadSources&)>;
  struct Steps {
    std::function<Read()> prepare;                 // what to read this time
    std::function<Milliseconds(Found)> look_over;  // acts on it; how long until the next look by itself
  };

  ScanLoop(Readers& readers, Clock& clock, Steps steps) : readers_(readers), clock_(clock), steps_(std::move(steps)) {}

  void wake() {
    again_ = true;
    if (!stopped_ && !looping_ && !reading_) loop();
  }
  void stop() {
    stopped_ = true;
    wait_.reset();
  }

 private:
  /// A loop, not a recursion: a reader that answers in place would else nest without end.
  void loop() {
    looping_ = true;
    wait_.reset();
    while (again_ && !reading_ && !stopped_) {
      again_ = false;
      reading_ = true;
      readers_.read<Found>(steps_.prepare(),
                           lifetime_.guard([this](Result<Found> found) { answered(std::move(found)); }));
    }
    looping_ = false;
    if (!reading_ && !stopped_)
      wait_ = clock_.after(std::clamp(pause_, Milliseconds{1}, longest_scan_pause), [this] { wake(); });
  }

  void answered(Result<Found> found) {
    if (stopped_) return;
    // Still reading while it looks: a wake from within only asks for another read.
    pause_ = found ? steps_.look_over(std::move(*found)) : failed_scan_pause;
    reading_ = false;
    if (!looping_) loop();
  }

  Readers& readers_;
  Clock& clock_;
  Steps steps_;
  bool again_ = false;
  bool reading_ = false;
  bool looping_ = false;
  bool stopped_ = false;
  Milliseconds pause_ = longest_scan_pause;
  std::unique_ptr<Wait> wait_;
  Lifetime lifetime_;
};

}  // namespace inboxd::command_bus
