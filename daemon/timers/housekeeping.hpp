// Takes away what has been kept long enough: old events, raw originals, dedupe keys, stored outcomes, uploads that
// nobody attached and their files. Once an hour, in small commands, so that nobody waits behind it. Never touches
// messages.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/background.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/timers/observer.hpp"
#include "storage/blobs.hpp"

namespace inboxd::timers {

inline constexpr Milliseconds housekeeping_interval{3'600'000};
inline constexpr int housekeeping_rows_max = 200;  // per command
/// As long as clients may repeat a command by its key.
inline constexpr std::chrono::hours outcomes_kept{48};
/// Visitors who never wrote; who comes back after that is new.
inline constexpr std::chrono::days visitors_kept{90};
/// Long enough for an agent to finish a reply with its upload.
inline constexpr std::chrono::hours uploads_kept{24};

/// Of the keys by which a repeated receipt, reaction or edit is known: far longer than any provider goes on repeating,
/// whatever the config says of originals. Keys of messages stay for ever.
inline constexpr std::chrono::days passing_keys_kept{90};

/// How long the operator wants things kept (storage.events_days, storage.originals_days).
struct Retention {
  std::chrono::days events{400};
  std::chrono::days originals{30};
};

class Housekeeping {
 public:
  struct Surroundings {
    command_bus::Bus& bus;
    storage::Blobs& blobs;
    Clock& clock;
    command_bus::RunInBackground run_in_background;
    Observer& observer;
    std::function<Retention()> retention;  // asked each time, so that a reload counts
  };

  explicit Housekeeping(Surroundings surroundings) : with_(std::move(surroundings)) {}

  /// The first round begins at once.
  void start();
  void stop();

 private:
  /// Removes at most `housekeeping_rows_max`; returns how many.
  using Step = std::function<int(storage::Tables&, Timestamp now)>;

  [[nodiscard]] std::vector<Step> steps() const;
  void run(const std::shared_ptr<const std::vector<Step>>& steps, std::size_t index);
  void remove_orphans();
  void remove_files(std::vector<std::string> hashes);
  void end_round();

  Surroundings with_;
  bool stopped_ = false;
  std::unique_ptr<Wait> wait_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::timers
