// Which inbox a visitor stands before, and whether the page that brought them may show its chat. Pure; asked by every
// route of the chat before anything else.
#pragma once

#include <memory>
#include <string_view>

#include "connectors/sdk/visitors.hpp"
#include "daemon/channels/configured_channels.hpp"

namespace inboxd::visitors {

/// As of one moment: what a reload changes, the next request sees.
struct Entrance {
  std::shared_ptr<const ConfiguredChannels> channels;
  const ConfiguredChannel* channel = nullptr;
  const connectors::ServesVisitors* serving = nullptr;

  [[nodiscard]] InboxId inbox() const { return channel->inbox; }
  [[nodiscard]] const connectors::VisitorRules& rules() const { return serving->visitor_rules(); }
};

/// Refused: there is no such inbox, or its customers do not come to us.
Result<Entrance> find_entrance(std::shared_ptr<const ConfiguredChannels> channels, std::string_view inbox_name);

/// No origin: a program, not a page. Browsers name the page's in every request that could do harm (RFC 6454, section
/// 7); it is no proof of who asks, and nothing but pages is kept out by it.
bool origin_allowed(const connectors::VisitorRules& rules, std::string_view origin);

}  // namespace inboxd::visitors
