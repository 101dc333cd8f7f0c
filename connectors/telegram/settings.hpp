// The settings of one bot, read once. Every file of this folder takes them by reference.
#pragma once

#include <string>

#include "connectors/sdk/settings.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::telegram {

enum class Reception { webhook, polling };

struct BotSettings {
  std::string token;
  std::string secret_token;  // empty: none configured
  Reception reception = Reception::webhook;
  std::string api_base;  // without a slash at the end
};

/// Refuses what can be no token or secret of Telegram's, by key and never quoting the value.
Result<BotSettings> read_settings(const Settings& settings);

/// The digits before ':' of the token; empty when it has none.
std::string bot_id(const BotSettings& settings);

}  // namespace inboxd::connectors::telegram
