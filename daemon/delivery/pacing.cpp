// Buckets count what is spent rather than what is left, so that a new one is full.
#include "daemon/delivery/pacing.hpp"

#include <cmath>

namespace inboxd::delivery {

double TokenBucket::tokens_at(const Pace& pace, Milliseconds now) const {
  const double seconds = static_cast<double>((now - at_).count()) / 1000.0;
  return std::max(1.0, pace.burst) - std::max(0.0, spent_ - seconds * pace.per_second);
}

Milliseconds TokenBucket::wait(const Pace& pace, Milliseconds now) const {
  if (pace.per_second <= 0) return Milliseconds{0};
  const double missing = 1.0 - tokens_at(pace, now);
  // Rounding must not leave a hair missing when the wait is over.
  if (missing <= 1e-6) return Milliseconds{0};
  return Milliseconds{static_cast<std::int64_t>(std::ceil(missing * 1000.0 / pace.per_second))};
}

void TokenBucket::take(const Pace& pace, Milliseconds now) {
  if (pace.per_second <= 0) return;
  spent_ = std::max(1.0, pace.burst) - tokens_at(pace, now) + 1.0;
  at_ = now;
}

Milliseconds Pacing::wait(InboxId inbox, ConversationId conversation, const Capabilities& capabilities,
                          Milliseconds now) const {
  auto wait = blocked_for(inbox, now);
  if (const auto found = inboxes_.find(inbox); found != inboxes_.end())
    wait = std::max(wait, found->second.wait(capabilities.inbox_pace, now));
  if (const auto found = conversations_.find(conversation); found != conversations_.end())
    wait = std::max(wait, found->second.wait(capabilities.conversation_pace, now));
  return wait;
}

void Pacing::take(InboxId inbox, ConversationId conversation, const Capabilities& capabilities, Milliseconds now) {
  inboxes_[inbox].take(capabilities.inbox_pace, now);
  if (capabilities.conversation_pace.per_second <= 0) return;
  if (conversations_.size() >= paced_conversations_max) forget_full(capabilities.conversation_pace, now);
  conversations_[conversation].take(capabilities.conversation_pace, now);
}

void Pacing::forget_full(const Pace& pace, Milliseconds now) {
  std::erase_if(conversations_, [&](const auto& entry) { return entry.second.full(pace, now); });
}

void Pacing::block(InboxId inbox, Milliseconds until) {
  auto& blocked = blocked_until_[inbox];
  blocked = std::max(blocked, until);
}

Milliseconds Pacing::blocked_for(InboxId inbox, Milliseconds now) const {
  const auto found = blocked_until_.find(inbox);
  return found == blocked_until_.end() ? Milliseconds{0} : std::max(found->second - now, Milliseconds{0});
}

std::vector<InboxId> Pacing::blocked(Milliseconds now) const {
  std::vector<InboxId> inboxes;
  for (const auto& [inbox, until] : blocked_until_)
    if (until > now) inboxes.push_back(inbox);
  return inboxes;
}

}  // namespace inboxd::delivery
