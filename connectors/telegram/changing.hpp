// Edits, erasures and reactions of messages that exist. All of them may be made twice without anyone noticing.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/telegram/settings.hpp"

namespace inboxd::connectors::telegram {

Result<void> validate_change(const Outbound& change);
SendStep next_change(const BotSettings& settings, const Outbound& change, const Exchanges& done);

}  // namespace inboxd::connectors::telegram
