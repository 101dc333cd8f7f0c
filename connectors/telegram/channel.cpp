// Offers the channel to the host: its settings and how a connector is made of them.
#include "connectors/sdk/factory.hpp"
#include "connectors/telegram/telegram.hpp"

namespace inboxd::connectors::telegram {

Channel channel() {
  Channel telegram;
  telegram.name = "telegram";
  telegram.settings = {
      {"token", SettingType::secret, Presence::required, "", "The bot's token from @BotFather.", {}},
      {"secret_token",
       SettingType::secret,
       Presence::optional,
       "",
       "What Telegram proves itself with in webhook mode: 1 to 256 letters, digits, _ and -.",
       {}},
      {"mode",
       SettingType::text,
       Presence::optional,
       "webhook",
       "How updates arrive: Telegram calls us (webhook), or we ask (polling).",
       {"webhook", "polling"}},
      {"api_base",
       SettingType::url,
       Presence::optional,
       "https://api.telegram.org",
       "Where the Bot API answers; another one for a Bot API server of your own.",
       {}},
  };
  telegram.make = [](const Settings& settings) -> Result<std::unique_ptr<Connector>> {
    auto bot = read_settings(settings);
    if (!bot) return bot.error();
    return std::unique_ptr<Connector>(std::make_unique<Telegram>(std::move(bot).value()));
  };
  return telegram;
}

}  // namespace inboxd::connectors::telegram
