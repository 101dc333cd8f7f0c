// The outbox of a restored backup: nobody knows which of its rows went out since the copy was made, so all are held
// until an operator lets them go. Called by a restore and by `outbox release`, as many small commands.
#pragma once

#include "daemon/core/context.hpp"

namespace inboxd::core {

/// Rows of one command, so that the writer is never busy with this for long.
inline constexpr int held_rows_max = 200;

/// What is queued waits with the reason `held`; what was being sent is uncertain. Returns how many rows it took; less
/// than `limit`: none is left.
int hold_outbox(Context& context, int limit = held_rows_max);

/// Lets them go out. Returns how many; less than `limit`: none is left.
Result<int> release_outbox(Context& context, const Agent& principal, int limit = held_rows_max);

}  // namespace inboxd::core
