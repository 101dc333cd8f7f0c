// What `doctor` looks at on this machine: the store's directory, its disk, the master key. Changes nothing but one
// small file that it removes again.
#pragma once

#include <optional>
#include <string>

#include "daemon/app/finding.hpp"
#include "daemon/config/config.hpp"

namespace inboxd::app {

void examine_directory(const config::Config& config, const Tell& tell);
/// `with_secrets` is null where the config's secrets cannot be read here.
void examine_master_key(const config::Config& config, const config::Config* with_secrets, const Tell& tell);

}  // namespace inboxd::app
