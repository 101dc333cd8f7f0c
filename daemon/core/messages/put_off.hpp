// Replies put off by a wall clock that has been set back since: they would wait as much longer. Called by delivery when
// it starts and when it sees the clock jump.
#pragma once

#include "daemon/core/context.hpp"

namespace inboxd::core {

/// Queued rows looked at; those behind wait for their time by the clock.
inline constexpr int put_off_rows_max = 5'000;

/// What waits for longer than any pause of ours is due now. Where the provider had asked for the wait, it will ask
/// again. Returns how many.
int bring_forward(Context& context);

}  // namespace inboxd::core
