// Linear searches: a desk has tens of inboxes.
#include "daemon/channels/configured_channels.hpp"

#include <algorithm>

namespace inboxd {

ConfiguredChannel configured_channel(const Inbox& inbox, std::shared_ptr<const connectors::Connector> connector) {
  transfers::Reach reach{connector->base_urls(), connector->media_hosts()};
  return {inbox.id, inbox.name, inbox.connector, std::move(connector), std::move(reach)};
}

const connectors::Connector* ConfiguredChannels::find(InboxId inbox) const {
  const auto* found = channel(inbox);
  return found == nullptr ? nullptr : found->connector.get();
}

const ConfiguredChannel* ConfiguredChannels::channel(InboxId inbox) const {
  const auto found = std::find_if(channels_.begin(), channels_.end(),
                                  [&](const ConfiguredChannel& channel) { return channel.inbox == inbox; });
  return found == channels_.end() ? nullptr : &*found;
}

const ConfiguredChannel* ConfiguredChannels::channel(std::string_view name) const {
  const auto found = std::find_if(channels_.begin(), channels_.end(),
                                  [&](const ConfiguredChannel& channel) { return channel.name == name; });
  return found == channels_.end() ? nullptr : &*found;
}

}  // namespace inboxd
