#include "daemon/visitors/entrance.hpp"

#include <algorithm>
#include <string>

namespace inboxd::visitors {

Result<Entrance> find_entrance(std::shared_ptr<const ConfiguredChannels> channels, std::string_view inbox_name) {
  Entrance entrance;
  entrance.channel = channels->channel(inbox_name);
  if (entrance.channel != nullptr)
    entrance.serving = dynamic_cast<const connectors::ServesVisitors*>(entrance.channel->connector.get());
  if (entrance.serving == nullptr) return not_found("there is no such chat");
  entrance.channels = std::move(channels);
  return entrance;
}

bool origin_allowed(const connectors::VisitorRules& rules, std::string_view origin) {
  if (origin.empty()) return true;
  std::string normal(origin);
  std::transform(normal.begin(), normal.end(), normal.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  const std::string_view port = normal.starts_with("https:") ? ":443" : ":80";
  if (normal.ends_with(port)) normal.resize(normal.size() - port.size());
  const auto& allowed = rules.allowed_origins;
  return std::find(allowed.begin(), allowed.end(), normal) != allowed.end();
}

}  // namespace inboxd::visitors
