// One provider request on its way into the store, however it came: one command, and if its events break it, the raw
// bytes into quarantine, so that nothing acknowledged is lost. Used by webhooks and the pollers.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/core/messages/receive.hpp"

namespace inboxd::ingest {

struct Intake {
  core::ProviderRequest request;
  /// What the channel's code found about the inbox meanwhile, stored in the same transaction.
  std::optional<connectors::CheckFinding> finding;
  std::string cause;  // "webhook.receive"
};

/// `done` after the commit, or with why nothing was stored. An exception of the product's own code is answered by a
/// second command that only keeps the raw bytes.
void take_in(command_bus::Bus& bus, const std::shared_ptr<const ConfiguredChannels>& channels,
             const std::shared_ptr<const Intake>& intake, std::function<void(Result<core::Received>)> done);

}  // namespace inboxd::ingest
