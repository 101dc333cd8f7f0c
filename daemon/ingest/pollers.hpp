// Asks providers for news where an inbox is configured to poll: one loop per inbox, its next request only after the
// commit of what the last one brought. Started and reloaded by the app. Keeps no offset of its own: the store's counts.
#pragma once

#include <map>
#include <memory>

#include "daemon/clock/random.hpp"
#include "daemon/ingest/follow_up.hpp"
#include "daemon/ingest/intake.hpp"

namespace inboxd::ingest {

/// Between two polls that brought nothing and came back sooner than this.
inline constexpr Milliseconds empty_poll_floor{1'000};
/// After a failure: doubled from here up to the longest, with jitter.
inline constexpr Milliseconds first_poll_backoff{2'000};
inline constexpr Milliseconds longest_poll_backoff{300'000};

class Pollers {
 public:
  struct Surroundings {
    CurrentChannels channels;
    command_bus::Bus& bus;
    command_bus::Readers& readers;
    transfers::Transfers& transfers;
    Clock& clock;
    Random& random;
    FollowUp& follow_up;
    Observer& observer;
  };

  explicit Pollers(Surroundings surroundings);
  ~Pollers();

  /// Starts a loop for every inbox that polls and has none. Loops follow the current channels by themselves: a changed
  /// inbox goes on with its new connector, one that is gone or polls no more ends before its next request.
  void reload();
  /// No further requests; answers that still arrive are dropped and asked for again after the next start.
  void stop();

 private:
  class Loop;

  Surroundings with_;
  std::map<InboxId, std::unique_ptr<Loop>> loops_;
};

}  // namespace inboxd::ingest
