#include "daemon/app/startup.hpp"

#include "connectors/sdk/factory.hpp"
#include "daemon/clock/system_random.hpp"

namespace inboxd::app {

ExitCode exit_of(storage::OpenRefusal refusal) {
  switch (refusal) {
    case storage::OpenRefusal::locked:
      return ExitCode::try_again;
    case storage::OpenRefusal::not_owner:
      return ExitCode::not_permitted;
    case storage::OpenRefusal::newer_schema:
    case storage::OpenRefusal::wrong_key:
      return ExitCode::config;
    case storage::OpenRefusal::corrupt:
    case storage::OpenRefusal::unavailable:
      return ExitCode::io_error;
  }
  return ExitCode::io_error;
}

std::optional<config::Config> load_config(const std::filesystem::path& file, config::SecretsMode mode) {
  auto loaded = config::load_file(file, connectors::channels(), config::ProcessEnvironment{}, mode);
  if (auto* config = std::get_if<config::Config>(&loaded)) return std::move(*config);
  for (const auto& problem : std::get<std::vector<config::Problem>>(loaded))
    std::cerr << config::to_string(problem) << '\n';
  return std::nullopt;
}

StoreOrExit open_store_of(const config::Config& config, Random& random, StoreSecrets secrets,
                          std::ostream& complaints) {
  storage::OpenError error;
  const auto now = std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  storage::OpenOptions options{config.storage.directory, [&random] { return random.next(); }, now};
  if (secrets == StoreSecrets::readable) options.keys = {config.storage.master_key, config.storage.previous_master_key};
  auto opened = storage::open_store(options, error);
  if (opened) return {std::move(opened), ExitCode::ok};
  complaints << "inboxd: " << error.detail << '\n';
  return {std::nullopt, exit_of(error.refusal)};
}

void report_keys(const storage::KeyReport& keys, const config::Config& config, observe::Redactor& redactor,
                 observe::Log& log) {
  redactor.add(keys.text);
  const auto file = (config.storage.directory / "master.key").string();
  if (keys.made)
    log.warning("storage",
                "made a master key for the secrets in the store; move it into a credential, see storage.master_key",
                {{"file", file}, {"key", keys.id}});
  if (keys.file_left)
    log.warning("storage", "the master key is in the config; remove the file, it stands in for previous_master_key",
                {{"file", file}, {"key", keys.id}});
  if (keys.sealed_again > 0) log.info("storage", "secrets sealed", {{"count", keys.sealed_again}, {"key", keys.id}});
}

observe::LogFormat log_format() {
  return observe::stderr_is_journal() ? observe::LogFormat::journald : observe::LogFormat::plain;
}

observe::LogLevel log_level(const config::Config& config) {
  return parse_enum<observe::LogLevel>(config.server.log_level).value_or(observe::LogLevel::info);
}

}  // namespace inboxd::app
