// Reads the [[inbox]] table of a Telegram bot.
#include "connectors/telegram/settings.hpp"

#include <algorithm>
#include <string_view>

namespace inboxd::connectors::telegram {
namespace {

/// https://core.telegram.org/bots/api#setwebhook: A-Z, a-z, 0-9, _ and -.
bool secret_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// The token stands in URLs, so nothing that would change their meaning may be in it.
bool token_character(char c) { return secret_character(c) || c == ':'; }

}  // namespace

Result<BotSettings> read_settings(const Settings& settings) {
  constexpr std::size_t secret_characters_max = 256;
  BotSettings bot;
  bot.token = settings.text("token");
  bot.secret_token = settings.text("secret_token");
  bot.reception = settings.text("mode") == "polling" ? Reception::polling : Reception::webhook;
  bot.api_base = settings.text("api_base");
  if (bot.api_base.empty()) bot.api_base = "https://api.telegram.org";
  while (!bot.api_base.empty() && bot.api_base.back() == '/') bot.api_base.pop_back();
  if (bot.token.empty() || !std::all_of(bot.token.begin(), bot.token.end(), token_character))
    return bad_request("token: not a bot token; copy it from @BotFather, it looks like 123456789:AAE…");
  if (bot.secret_token.size() > secret_characters_max ||
      !std::all_of(bot.secret_token.begin(), bot.secret_token.end(), secret_character))
    return bad_request("secret_token: only 1 to 256 letters, digits, _ and - are allowed by Telegram");
  return bot;
}

std::string bot_id(const BotSettings& settings) {
  const std::string id = settings.token.substr(0, settings.token.find(':'));
  const bool digits = std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && id.size() < settings.token.size() ? id : std::string();
}

}  // namespace inboxd::connectors::telegram
