// `inboxd serve` and `inboxd check`.
#include <csignal>
#include <iostream>

#include "daemon/app/application.hpp"
#include "daemon/app/commands.hpp"
#include "daemon/app/startup.hpp"
#include "daemon/clock/system_random.hpp"

namespace inboxd::app {

ExitCode serve(const std::filesystem::path& config_file) {
  // A peer that is gone shows as an error of the write, not as the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  auto config = load_config(config_file, config::SecretsMode::resolve);
  if (!config) return ExitCode::config;
  SystemRandom random;
  auto store = open_store_of(*config, random);
  if (!store.opened) return store.exit;

  observe::Redactor redactor;
  for (const auto& secret : config->secrets) redactor.add(secret);
  observe::Log log(log_level(*config), log_format(), redactor);
  const auto reload = [config_file]() -> Result<config::Config> {
    auto fresh = load_config(config_file, config::SecretsMode::resolve);
    if (!fresh) return bad_request("the config has problems; `inboxd check` lists them");
    return std::move(*fresh);
  };
  Application application({std::move(*config), std::move(*store.opened), log, redactor, reload});
  if (auto started = application.start(); !started) {
    log.error("app", "cannot start", {{"why", started.error().detail}});
    return started.error().code == ErrorCode::conflict ? ExitCode::config : ExitCode::unavailable;
  }
  log.info("app", "serving", {{"listen", application.address()}, {"metrics", application.metrics_address()}});
  return static_cast<ExitCode>(application.run());
}

ExitCode check(const std::filesystem::path& config_file) {
  const auto config = load_config(config_file, config::SecretsMode::resolve);
  if (!config) return ExitCode::config;
  std::cout << config_file.string() << ": good, " << config->inboxes.size() << " inboxes\n";
  return ExitCode::ok;
}

}  // namespace inboxd::app
