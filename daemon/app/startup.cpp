#include "daemon/app/startup.hpp"

#include <iostream>

#include "connectors/sdk/factory.hpp"
#include "daemon/clock/system_random.hpp"

namespace inboxd::app {
namespace {

ExitCode exit_of(storage::OpenRefusal refusal) {
  switch (refusal) {
    case storage::OpenRefusal::locked:
      return ExitCode::try_again;
    case storage::OpenRefusal::not_owner:
      return ExitCode::not_permitted;
    case storage::OpenRefusal::newer_schema:
      return ExitCode::config;
    case storage::OpenRefusal::corrupt:
    case storage::OpenRefusal::unavailable:
      return ExitCode::io_error;
  }
  return ExitCode::io_error;
}

}  // namespace

std::optional<config::Config> load_config(const std::filesystem::path& file, config::SecretsMode mode) {
  auto loaded = config::load_file(file, connectors::channels(), config::ProcessEnvironment{}, mode);
  if (auto* config = std::get_if<config::Config>(&loaded)) return std::move(*config);
  for (const auto& problem : std::get<std::vector<config::Problem>>(loaded))
    std::cerr << config::to_string(problem) << '\n';
  return std::nullopt;
}

StoreOrExit open_store_of(const config::Config& config, Random& random) {
  storage::OpenError error;
  const auto now = std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  auto opened = storage::open_store({config.storage.directory, [&random] { return random.next(); }, now}, error);
  if (opened) return {std::move(opened), ExitCode::ok};
  std::cerr << "inboxd: " << error.detail << '\n';
  return {std::nullopt, exit_of(error.refusal)};
}

observe::LogFormat log_format() {
  return observe::stderr_is_journal() ? observe::LogFormat::journald : observe::LogFormat::plain;
}

observe::LogLevel log_level(const config::Config& config) {
  return parse_enum<observe::LogLevel>(config.server.log_level).value_or(observe::LogLevel::info);
}

}  // namespace inboxd::app
