// Whether the bot can receive: settings, token, webhook. Asked at start, by "test connection" and by doctor.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/telegram/settings.hpp"

namespace inboxd::connectors::telegram {

std::optional<CheckFinding> settings_finding(const BotSettings& settings);
CheckStep next_check(const BotSettings& settings, const Exchanges& done);
CheckStep next_registration(const BotSettings& settings, const std::string& webhook_url, const Exchanges& done);

}  // namespace inboxd::connectors::telegram
