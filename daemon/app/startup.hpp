// What commands share before they do anything: the config with every problem shown, the opened store or why not.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "daemon/app/exit_code.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/config/config.hpp"
#include "daemon/config/load.hpp"
#include "daemon/observe/log.hpp"
#include "storage/open.hpp"

namespace inboxd::app {

/// Problems go to stderr, each as `file:line: what, and how to mend it`. `resolve` also reads the secrets.
std::optional<config::Config> load_config(const std::filesystem::path& file, config::SecretsMode mode);

/// Why the store cannot be opened goes to stderr.
struct StoreOrExit {
  std::optional<storage::OpenedStore> opened;
  ExitCode exit = ExitCode::ok;
};
StoreOrExit open_store_of(const config::Config& config, Random& random);

/// To stderr; as journald wants it when that is where stderr goes.
observe::LogFormat log_format();
observe::LogLevel log_level(const config::Config& config);

}  // namespace inboxd::app
