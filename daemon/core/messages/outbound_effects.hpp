// What follows in a conversation when the provider agreed to, or refused, an edit, a deletion or a reaction of ours.
#pragma once

#include "daemon/core/context.hpp"
#include "schemas/types/outbound.hpp"

namespace inboxd::core {

/// The message changes here now that the customer sees it changed.
void apply_accepted_change(Context& context, const storage::OutboxRow& row);
/// The agent is told in the conversation, by an activity.
void report_refused_change(Context& context, const storage::OutboxRow& row, const Rejected& rejected);
/// The same where nobody knows what became of it; the activity says how to settle it.
void report_uncertain_change(Context& context, const storage::OutboxRow& row, const Unknown& unknown);
/// How many of a message's newest changes are looked at.
inline constexpr int changes_looked_at_max = 100;
/// The person blocked us or is gone.
void mark_unreachable(Context& context, ConversationId conversation);

}  // namespace inboxd::core
