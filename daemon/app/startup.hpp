// What commands share before they do anything: the config with every problem shown, the opened store or why not.
#pragma once

#include <filesystem>
#include <iostream>
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

/// Why the store cannot be opened goes to `complaints`.
struct StoreOrExit {
  std::optional<storage::OpenedStore> opened;
  ExitCode exit = ExitCode::ok;
};
/// Whether the command needs the secrets in the store: only what has resolved the config's can.
enum class StoreSecrets { readable, sealed };
/// sysexits of why a store cannot be opened.
ExitCode exit_of(storage::OpenRefusal refusal);
StoreOrExit open_store_of(const config::Config& config, Random& random, StoreSecrets secrets,
                          std::ostream& complaints = std::cerr);

/// What an operator is to do about the master key, if anything; the log cuts the key out from here on.
void report_keys(const storage::KeyReport& keys, const config::Config& config, observe::Redactor& redactor,
                 observe::Log& log);

/// To stderr; as journald wants it when that is where stderr goes.
observe::LogFormat log_format();
observe::LogLevel log_level(const config::Config& config);

}  // namespace inboxd::app
