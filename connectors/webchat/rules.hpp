// From an inbox's settings to the rules that the host obeys. Called when the connector is made.
#pragma once

#include <string>
#include <vector>

#include "connectors/sdk/settings.hpp"
#include "connectors/sdk/visitors.hpp"

namespace inboxd::connectors::webchat {

/// Refused with the key that does not fit, and what it takes.
Result<VisitorRules> read_rules(const Settings& settings);

/// `name`, `name!` (required), `name: What it is called`, `topic: Topic = Sales | Support`.
Result<VisitorField> read_field(const std::string& text);

}  // namespace inboxd::connectors::webchat
