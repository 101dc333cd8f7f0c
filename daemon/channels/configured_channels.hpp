// The configured inboxes as of one moment: name, connector, where its requests may go. Built by the app at start and
// on reload, never changed afterwards; engines ask for the current one each time and keep it while they work.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/context.hpp"
#include "daemon/transfers/transfers.hpp"

namespace inboxd {

struct ConfiguredChannel {
  InboxId inbox;
  std::string name;            // the inbox's, as in /hooks/{name}
  std::string connector_name;  // "telegram"
  std::shared_ptr<const connectors::Connector> connector;
  transfers::Reach reach;
};

/// Reach from the connector's own base_urls() and media_hosts().
ConfiguredChannel configured_channel(const Inbox& inbox, std::shared_ptr<const connectors::Connector> connector);

class ConfiguredChannels final : public core::ChannelDirectory {
 public:
  ConfiguredChannels() = default;
  explicit ConfiguredChannels(std::vector<ConfiguredChannel> channels, std::vector<ConfiguredChannel> disabled = {})
      : channels_(std::move(channels)), disabled_(std::move(disabled)) {}

  [[nodiscard]] const connectors::Connector* find(InboxId inbox) const override;
  /// Null: not configured. The answer lives as long as this snapshot.
  [[nodiscard]] const ConfiguredChannel* channel(InboxId inbox) const;
  [[nodiscard]] const ConfiguredChannel* channel(std::string_view name) const;
  [[nodiscard]] const std::vector<ConfiguredChannel>& all() const { return channels_; }
  /// Those that receive and send nothing: only to be told from what nobody has configured. Never among the others.
  [[nodiscard]] const std::vector<ConfiguredChannel>& disabled() const { return disabled_; }

 private:
  std::vector<ConfiguredChannel> channels_;
  std::vector<ConfiguredChannel> disabled_;
};

using CurrentChannels = std::function<std::shared_ptr<const ConfiguredChannels>()>;

}  // namespace inboxd
