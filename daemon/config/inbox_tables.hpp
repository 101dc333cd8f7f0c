// The [[inbox]] tables: what every inbox takes, then the keys that its channel defines. Called by load.cpp alone.
#pragma once

#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "connectors/sdk/factory.hpp"
#include "daemon/config/config.hpp"
#include "daemon/config/values.hpp"

namespace inboxd::config {

std::vector<InboxSettings> read_inboxes(const toml::node& node, const std::vector<connectors::Channel>& channels,
                                        Values& values);

}  // namespace inboxd::config
