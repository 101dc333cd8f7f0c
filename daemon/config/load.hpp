// From a TOML file to a Config, or to everything that is wrong with it at once. Called by app for every command, and
// by SIGHUP. Reads files only through Environment; never logs.
#pragma once

#include <filesystem>
#include <string_view>
#include <variant>
#include <vector>

#include "connectors/sdk/factory.hpp"
#include "daemon/config/config.hpp"
#include "daemon/config/environment.hpp"
#include "daemon/config/values.hpp"

namespace inboxd::config {

using Loaded = std::variant<Config, std::vector<Problem>>;

/// `channels`: those that an inbox may name; with SecretsMode::resolve each inbox's connector is made once, so that
/// what only the channel can judge is told here too.
Loaded load_file(const std::filesystem::path& file, const std::vector<connectors::Channel>& channels,
                 const Environment& environment, SecretsMode mode = SecretsMode::resolve);

/// `file` names the text in problems, and its folder is what relative paths start from.
Loaded load_text(std::string_view text, const std::filesystem::path& file,
                 const std::vector<connectors::Channel>& channels, const Environment& environment,
                 SecretsMode mode = SecretsMode::resolve);

}  // namespace inboxd::config
