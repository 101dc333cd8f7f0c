// The steps of a reply: one request per part, again from the part that is missing after a restart.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/telegram/settings.hpp"

namespace inboxd::connectors::telegram {

Result<void> validate_send(const Outbound& reply);
SendStep next_send(const BotSettings& settings, const Outbound& reply, const Exchanges& done);

}  // namespace inboxd::connectors::telegram
