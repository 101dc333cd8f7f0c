// When an inbox and a conversation may send next: token buckets from the channel's capabilities, and inboxes that the
// provider asked to be left alone for a while. Asked by the engine before each claim; holds no rows, reads no clock.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "schemas/types/capabilities.hpp"
#include "schemas/types/ids.hpp"

namespace inboxd::delivery {

/// Conversations remembered at most before full buckets are forgotten.
inline constexpr std::size_t paced_conversations_max = 10'000;

class TokenBucket {
 public:
  /// Until a token is there; zero: now. Times are of a steady clock.
  [[nodiscard]] Milliseconds wait(const Pace& pace, Milliseconds now) const;
  void take(const Pace& pace, Milliseconds now);
  [[nodiscard]] bool full(const Pace& pace, Milliseconds now) const { return tokens_at(pace, now) >= pace.burst; }

 private:
  [[nodiscard]] double tokens_at(const Pace& pace, Milliseconds now) const;

  double spent_ = 0;  // tokens missing from a full bucket at `at_`
  Milliseconds at_{0};
};

class Pacing {
 public:
  /// Until both may send; zero: now.
  [[nodiscard]] Milliseconds wait(InboxId inbox, ConversationId conversation, const Capabilities& capabilities,
                                  Milliseconds now) const;
  void take(InboxId inbox, ConversationId conversation, const Capabilities& capabilities, Milliseconds now);
  /// Nothing of this inbox before `until`.
  void block(InboxId inbox, Milliseconds until);
  [[nodiscard]] Milliseconds blocked_for(InboxId inbox, Milliseconds now) const;
  [[nodiscard]] std::vector<InboxId> blocked(Milliseconds now) const;

 private:
  void forget_full(const Pace& pace, Milliseconds now);

  std::map<InboxId, TokenBucket> inboxes_;
  std::map<ConversationId, TokenBucket> conversations_;
  std::map<InboxId, Milliseconds> blocked_until_;
};

}  // namespace inboxd::delivery
