// What one reader of the log gets: what its agent may see, less what it did not ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/live/feed_event.hpp"
#include "schemas/types/agent.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::live {

class Filter {
 public:
  /// Everything that the agent may see.
  explicit Filter(Agent viewer) : viewer_(std::move(viewer)) {}

  /// "conversation.*", "message.created", "*"; unknown families are accepted (a later server may have them), unknown
  /// forms are refused.
  Result<void> narrow_to_events(const std::vector<std::string>& patterns);
  void narrow_to_inboxes(std::vector<InboxId> inboxes);

  [[nodiscard]] bool wants(EventType type) const { return (types_ & bit(type)) != 0; }
  [[nodiscard]] bool sees(const std::vector<InboxId>& inboxes) const;
  /// Narrowing to inboxes takes nothing away of what is the whole desk's.
  [[nodiscard]] bool reaches(const Audience& audience) const;
  [[nodiscard]] bool admits(const FeedEvent& event) const { return wants(event.type) && reaches(event.audience); }
  [[nodiscard]] const Agent& viewer() const { return viewer_; }
  /// The inboxes that a snapshot is cut to; nothing: all that the agent sees.
  [[nodiscard]] const std::optional<std::vector<InboxId>>& inboxes() const { return inboxes_; }

 private:
  static std::uint32_t bit(EventType type) { return 1U << static_cast<unsigned>(type); }

  Agent viewer_;
  std::uint32_t types_ = ~0U;
  std::optional<std::vector<InboxId>> inboxes_;  // sorted
};

}  // namespace inboxd::live
