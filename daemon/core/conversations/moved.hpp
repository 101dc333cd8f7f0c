// Conversations whose identity went to another contact: they show it, so they change with it, at most so many in one
// command. Called by merging and splitting, and by the timer that goes on where a command stopped. Moves nothing
// itself.
#pragma once

#include <vector>

#include "daemon/core/context.hpp"

namespace inboxd::core {

/// What one command announces: a long history holds nobody else up.
inline constexpr int moved_per_command_max = 200;

/// Announces the conversations of these identities; what is over the limit is left to timers that are due at once.
void announce_moved(Context& context, const std::vector<IdentityId>& identities);

/// Goes on from a timer's conversation, with at most `limit`; returns how many it announced.
int announce_moved_from(Context& context, ConversationId from, int limit);

}  // namespace inboxd::core
