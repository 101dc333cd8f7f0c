// The two ways in which an outbox row leaves `sending`: it ends, or it is queued once more. Called by whatever settles
// sends, by outcome or by hand; never decides which.
#pragma once

#include "daemon/core/context.hpp"

namespace inboxd::core {

void finish_row(Context& context, storage::OutboxRow& row, DeliveryState state);

/// A new attempt, from queued; what finished steps brought is kept.
void queue_again(Context& context, storage::OutboxRow& row, Timestamp at, const DeliveryReason& reason);

}  // namespace inboxd::core
