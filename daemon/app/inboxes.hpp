// From the config's inboxes to connectors and rows: at start, on reload, and for commands that run without a daemon.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/config/config.hpp"
#include "daemon/core/inboxes/health.hpp"

namespace inboxd::app {

/// The connectors of the inboxes, disabled ones too, not yet known to the store.
struct MadeConnector {
  core::ConfiguredInbox configured;
  std::shared_ptr<const connectors::Connector> connector;  // null: registered by name alone
};
/// What an inbox signs with, by its name; absent where nothing is signed (doctor).
using SigningKeys = std::function<std::string(const std::string& inbox)>;
/// Refused with the inbox's name and what its channel says.
Result<std::vector<MadeConnector>> make_connectors(const config::Config& config, const SigningKeys& signing_keys = {});

/// A command: brings the store's inboxes in step and answers with the channels as of now.
std::function<Result<std::shared_ptr<const ConfiguredChannels>>(command_bus::Workspace&)> register_command(
    std::vector<MadeConnector> made);

}  // namespace inboxd::app
