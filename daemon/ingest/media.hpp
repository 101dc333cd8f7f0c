// Fetches what messages brought by reference: each pending attachment becomes a blob in the store, or has failed with
// a reason. Woken by ingest and by time; what a crash interrupts is due again. Never holds bytes: transfers stream
// them.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/clock_steps.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/scan_loop.hpp"
#include "daemon/core/messages/media.hpp"
#include "daemon/ingest/observer.hpp"

namespace inboxd::ingest {

inline constexpr std::size_t fetches_max = 4;      // over all inboxes
inline constexpr int fetches_per_inbox_max = 2;    // so that one slow provider leaves room for others
inline constexpr std::size_t fetch_steps_max = 8;  // transfers per attempt; more is a mistake of the channel's
inline constexpr int fetch_look_ahead = 500;       // due rows read at a time
/// After a command that the store refused.
inline constexpr Milliseconds failed_media_pause{2'000};
/// An attachment whose inbox is not configured is looked at again after this.
inline constexpr Milliseconds unconfigured_media_pause{3'600'000};

class Media {
 public:
  struct Surroundings {
    CurrentChannels channels;
    command_bus::Bus& bus;
    command_bus::Readers& readers;
    transfers::Transfers& transfers;
    Clock& clock;
    Random& random;
    Observer& observer;
  };

  explicit Media(Surroundings surroundings);

  /// Begins with what an earlier process left. Its times of the next attempt may be of a clock set back since.
  void start();
  void wake() { scan_.wake(); }
  /// Begins nothing new; what is on its way still ends.
  void stop() {
    scan_.stop();
    recovery_.reset();
  }
  [[nodiscard]] std::size_t in_flight() const { return busy_.size(); }

 private:
  struct Due {
    std::vector<storage::AttachmentRow> rows;
    std::optional<Milliseconds> until_next;  // by the clock of the read: it may be set before the answer
  };
  struct Fetch;
  using Change = std::function<void(core::Context&)>;

  void bring_forward(Milliseconds set_back);
  Milliseconds look_over(const Due& due);
  void begin(const storage::AttachmentRow& row);
  void step(const std::shared_ptr<Fetch>& fetch);
  void perform(const std::shared_ptr<Fetch>& fetch, connectors::Transfer transfer);
  void end(const std::shared_ptr<Fetch>& fetch, const connectors::FetchStep& step);
  void store(const std::shared_ptr<Fetch>& fetch, Change change);

  Surroundings with_;
  std::set<AttachmentId> busy_;
  std::map<InboxId, int> per_inbox_;
  ClockSteps clock_steps_;
  std::unique_ptr<Wait> recovery_;
  command_bus::ScanLoop<Due> scan_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest
