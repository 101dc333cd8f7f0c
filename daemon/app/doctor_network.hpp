// What `doctor` looks at beyond this machine without a login: the hosts that the config names and nothing else. Blocks.
#pragma once

#include <string>

#include "daemon/app/finding.hpp"
#include "daemon/config/config.hpp"

namespace inboxd::app {

/// Every base URL: name, connection, TLS and its certificate's end; and whether the clocks agree.
void examine_hosts(const config::Config& config, const Tell& tell);
/// Whether public_url leads to the daemon that runs here; `instance` is its own, empty where none runs.
void examine_public_url(const config::Config& config, const std::string& instance, const Tell& tell);

}  // namespace inboxd::app
