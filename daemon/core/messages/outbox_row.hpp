// How an outbox row moves: it ends, it is queued once more, parts of it have arrived. Called by whatever settles
// sends, by outcome or by hand; never decides which.
#pragma once

#include "daemon/core/context.hpp"
#include "schemas/types/outbound.hpp"

namespace inboxd::core {

void finish_row(Context& context, storage::OutboxRow& row, DeliveryState state);

/// A new attempt, from queued; what finished steps brought is kept. Where a receipt has told meanwhile that a part
/// failed, agents go on seeing that.
void queue_again(Context& context, storage::OutboxRow& row, Timestamp at, const DeliveryReason& reason);
/// The same by a person, who knows what failed.
void queue_by_hand(Context& context, storage::OutboxRow& row, const DeliveryReason& reason);

/// Which messages of a reply have arrived while others have not; nothing for a reply that is one message, or whole.
PartialDelivery partial_of(const storage::OutboxRow& row);
/// Sets it in the row, which the caller updates, and makes the parts known by their ids.
void set_partial(Context& context, storage::OutboxRow& row, const PartialDelivery& partial);
/// The ids of a reply that was accepted as several messages, in the row, which the caller updates; none for one that is
/// sent again.
void set_parts(storage::OutboxRow& row, const std::vector<std::string>& external_ids);
std::vector<std::string> parts_of(const storage::OutboxRow& row);
/// A reply that is several messages, or goes to several recipients: one may fail while the others arrive.
bool has_several_parts(const storage::OutboxRow& row, const Message& message);
/// "The first 2 messages of this reply arrived; " or nothing.
std::string arrived_so_far(const storage::OutboxRow& row);

}  // namespace inboxd::core
