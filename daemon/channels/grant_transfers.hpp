// The requests of inboxes whose login is a grant that changes with its use: they go out one at a time for each inbox,
// with the grant as it is stored, and what changed is committed before anybody uses the answer. Every other request
// passes through untouched. Built by the app in front of libcurl's; on the net thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/sdk/grants.hpp"
#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/command_bus/readers.hpp"
#include "daemon/transfers/transfers.hpp"

namespace inboxd {

/// Between two tries to store a grant that has changed: without it the inbox would lose its login.
inline constexpr Milliseconds grant_store_pause{2'000};

class GrantTransfers final : public transfers::Transfers {
 public:
  struct Surroundings {
    CurrentChannels channels;
    command_bus::Bus& bus;
    command_bus::Readers& readers;
    transfers::Transfers& transfers;
    Clock& clock;
  };
  explicit GrantTransfers(Surroundings surroundings) : with_(std::move(surroundings)) {}

  void perform(connectors::Transfer transfer, transfers::Reach reach,
               std::function<void(connectors::Exchange)> done) override;

  /// No further grant is refreshed; `done` once those under way are stored, at the latest after `deadline`, perhaps
  /// before this returns. The provider takes the old ones no more.
  void drain(Milliseconds deadline, std::function<void()> done);

 private:
  struct Refresh;
  using RefreshPointer = std::shared_ptr<Refresh>;

  void read_state(const RefreshPointer& refresh);
  void ask(const RefreshPointer& refresh);
  void answered(const RefreshPointer& refresh, connectors::Exchange answer);
  void store(const RefreshPointer& refresh);
  void end(const RefreshPointer& refresh, const connectors::Exchange& answer);
  void finish_drain();
  static connectors::Exchange not_made(const std::string& why);

  Surroundings with_;
  std::map<InboxId, RefreshPointer> under_way_;
  std::map<InboxId, std::unique_ptr<Wait>> waits_;  // grants to be stored once more
  bool draining_ = false;
  std::function<void()> drained_;
  std::unique_ptr<Wait> drain_deadline_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd
