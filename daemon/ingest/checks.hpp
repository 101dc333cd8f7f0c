// Asks each inbox's provider whether all is well, at start, every ten minutes and when somebody wants to know:
// settings, webhook registration, connection. The finding becomes the inbox's health; it never stops the daemon from
// serving.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/clock.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/ingest/observer.hpp"

namespace inboxd::ingest {

inline constexpr Milliseconds check_interval{600'000};
inline constexpr std::size_t check_steps_max = 8;  // transfers per part of a check; more is a mistake of the channel's

class Checks {
 public:
  struct Surroundings {
    CurrentChannels channels;
    command_bus::Bus& bus;
    transfers::Transfers& transfers;
    Clock& clock;
    Random& random;
    Observer& observer;
    /// Where providers reach this inbox; nothing while public_url is not https.
    std::function<std::optional<std::string>(const std::string& inbox_name)> webhook_url;
  };
  using Done = std::function<void(const connectors::CheckFinding&)>;

  explicit Checks(Surroundings surroundings) : with_(std::move(surroundings)) {}

  /// Checks every inbox now, and from then on at the interval; call it again after a reload.
  void start();
  void stop();
  /// One inbox, for "test connection". A check that runs already is joined. Nothing configured: unhealthy.
  void check(InboxId inbox, Done done);

 private:
  struct Run;
  enum class Part { registration, connection };

  void begin(const std::shared_ptr<Run>& run);
  void step(const std::shared_ptr<Run>& run);
  [[nodiscard]] connectors::CheckStep next_step(const Run& run) const;
  void perform(const std::shared_ptr<Run>& run, connectors::Transfer transfer);
  void part_ended(const std::shared_ptr<Run>& run, connectors::CheckFinding finding);
  void store(const std::shared_ptr<Run>& run);
  void wait_for_next();

  Surroundings with_;
  std::map<InboxId, std::shared_ptr<Run>> running_;
  std::unique_ptr<Wait> wait_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest
