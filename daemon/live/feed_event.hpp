// An event of the log, serialised once for everybody who may see it; only a short prefix is a subscriber's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/context.hpp"
#include "schemas/types/event.hpp"

namespace inboxd::live {

/// The inboxes by which an event is seen: whoever sees one of them may see it. Nothing: it is the whole desk's.
using Audience = std::optional<std::vector<InboxId>>;

struct FeedEvent {
  std::int64_t sequence = 0;
  EventType type = EventType::message_created;
  Audience audience;
  /// From `,"cursor":` to the closing brace of the frame.
  std::shared_ptr<const std::string> tail;
};

/// The event's own inbox; for contacts all that they have an identity in; people concern everybody.
Audience audience_of(const storage::Tables& tables, const Event& event);

/// Joins the object as it is now.
FeedEvent to_feed_event(const storage::Tables& tables, const core::ChannelDirectory& channels, const std::string& epoch,
                        const Event& event);

}  // namespace inboxd::live
