#include "daemon/app/inboxes.hpp"

#include <algorithm>

#include "connectors/sdk/factory.hpp"

namespace inboxd::app {
namespace {

Result<std::shared_ptr<const connectors::Connector>> make_connector(const config::InboxSettings& inbox,
                                                                    const SigningKeys& signing_keys) {
  const auto& channels = connectors::channels();
  const auto channel =
      std::find_if(channels.begin(), channels.end(), [&](const auto& known) { return known.name == inbox.connector; });
  if (channel == channels.end())
    return bad_request("inbox " + inbox.name + ": there is no connector " + inbox.connector);
  auto settings = inbox.settings;
  if (signing_keys) settings.signing_key = signing_keys(inbox.name);
  auto made = channel->make(settings);
  if (!made) return bad_request("inbox " + inbox.name + ": " + made.error().detail);
  return std::shared_ptr<const connectors::Connector>(std::move(made).value());
}

}  // namespace

Result<std::vector<MadeConnector>> make_connectors(const config::Config& config, const SigningKeys& signing_keys) {
  std::vector<MadeConnector> made;
  for (const auto& inbox : config.inboxes) {
    auto connector = make_connector(inbox, signing_keys);
    if (!connector) return connector.error();
    MadeConnector one{{inbox.name, inbox.connector, "", inbox.enabled}, std::move(connector).value()};
    if (inbox.enabled) one.configured.account = one.connector->account();
    made.push_back(std::move(one));
  }
  return made;
}

std::function<Result<std::shared_ptr<const ConfiguredChannels>>(command_bus::Workspace&)> register_command(
    std::vector<MadeConnector> made) {
  return
      [made = std::move(made)](command_bus::Workspace& workspace) -> Result<std::shared_ptr<const ConfiguredChannels>> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "inbox.register"};
        std::vector<core::ConfiguredInbox> configured;
        for (const auto& one : made) configured.push_back(one.configured);
        const auto inboxes = core::register_inboxes(context, configured);
        if (!inboxes) return inboxes.error();
        std::vector<ConfiguredChannel> enabled;
        std::vector<ConfiguredChannel> disabled;
        for (std::size_t i = 0; i < made.size(); ++i) {
          if (!made[i].connector) continue;
          auto& among = made[i].configured.enabled ? enabled : disabled;
          among.push_back(configured_channel((*inboxes)[i], made[i].connector));
        }
        return std::make_shared<const ConfiguredChannels>(std::move(enabled), std::move(disabled));
      };
}

}  // namespace inboxd::app
