// An event of the log, serialised once for everybody who may see it; only a short prefix is a subscriber's own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/core/context.hpp"
#include "schemas/types/event.hpp"

namespace inboxd::live {

struct FeedEvent {
  std::int64_t sequence = 0;
  EventType type = EventType::message_created;
  std::vector<InboxId> inboxes;  // whoever sees one of these may see the event
  /// From `,"cursor":` to the closing brace of the frame.
  std::shared_ptr<const std::string> tail;
};

/// Inboxes by which an event is seen: its own, or for contacts all that they have an identity in.
std::vector<InboxId> inboxes_of(const storage::Tables& tables, const Event& event);

/// Joins the object as it is now.
FeedEvent to_feed_event(const storage::Tables& tables, const core::ChannelDirectory& channels, const std::string& epoch,
                        const Event& event);

}  // namespace inboxd::live
