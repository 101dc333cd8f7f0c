// How a channel offers itself: one function per folder, `connectors::<folder>::channel()`, which CMake lists by
// itself from the folders under connectors/ that hold a settings.schema.json.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sdk/connector.hpp"
#include "connectors/sdk/settings.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors {

struct Channel {
  std::string_view name;  // the value of `connector` in the config
  std::vector<SettingDefinition> settings;
  /// `settings` passed every definition's own check. What remains to be refused is named by key in the error.
  std::function<Result<std::unique_ptr<Connector>>(const Settings&)> make;
};

/// Every channel built into this program, by name; written by CMake (connectors/channels.cpp.in).
const std::vector<Channel>& channels();

}  // namespace inboxd::connectors
