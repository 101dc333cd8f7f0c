// Replies put off by a wall clock that has been set back since: they would wait as much longer. Called by delivery when
// it starts and when it sees the clock jump.
#pragma once

#include "daemon/core/context.hpp"

namespace inboxd::core {

/// Queued rows looked at; those behind wait for their time by the clock.
inline constexpr int put_off_rows_max = 5'000;

/// What waits is brought forward by as much as the clock was set back. By 0 where that is not known: then what waits
/// for longer than any pause of ours is due now, and a provider that had asked for the wait will ask again. Returns how
/// many.
int bring_forward(Context& context, Milliseconds set_back);

}  // namespace inboxd::core
