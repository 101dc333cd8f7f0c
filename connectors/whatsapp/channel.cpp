// The WhatsApp channel as CMake lists it: its settings and how a connector is made of them.
#include "connectors/sdk/factory.hpp"
#include "connectors/whatsapp/connector.hpp"

namespace inboxd::connectors::whatsapp {

Channel channel() {
  Channel channel;
  channel.name = "whatsapp";
  channel.settings = {
      {"phone_number_id", SettingType::text, Presence::required, "", "The number's id on Meta's API setup page.", {}},
      {"access_token",
       SettingType::secret,
       Presence::required,
       "",
       "A system user's token with whatsapp_business_messaging.",
       {}},
      {"app_secret",
       SettingType::secret,
       Presence::optional,
       "",
       "From the app's basic settings; without it webhooks are refused.",
       {}},
      {"verify_token",
       SettingType::secret,
       Presence::optional,
       "",
       "A word of your own, entered in the app's webhook settings too; without it the handshake is refused.",
       {}},
      {"graph_base", SettingType::url, Presence::optional, "https://graph.facebook.com", "Where Graph is.", {}},
      {"graph_version", SettingType::text, Presence::optional, "v23.0", "Graph's version, as v23.0.", {}},
      {"business_account_id",
       SettingType::text,
       Presence::optional,
       "",
       "The WhatsApp Business Account's id; with it the connection test also counts the approved templates.",
       {}},
  };
  channel.make = [](const Settings& settings) -> Result<std::unique_ptr<Connector>> {
    auto account = account_from(settings);
    if (!account) return account.error();
    return std::unique_ptr<Connector>(std::make_unique<WhatsAppConnector>(std::move(account).value()));
  };
  return channel;
}

}  // namespace inboxd::connectors::whatsapp
