// What providers report of our messages: sent, delivered, read, failed; also by the correlation that settles a send
// whose answer was lost.
#pragma once

#include "daemon/core/context.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::core {

/// Finds the message by external id or correlation; a receipt that overtakes our own answer is parked.
void receive_receipt(Context& context, const Inbox& inbox, const DeliveryReported& event);

/// Moves a message's delivery and announces it. Returns the event's sequence, 0 when it may not move so.
std::int64_t move_delivery(Context& context, Message& message, DeliveryState state,
                           const std::optional<DeliveryReason>& reason);

/// Announces a delivery that was set in `message` already (a new attempt, for example).
std::int64_t announce_delivery(Context& context, Message& message, DeliveryState before);

/// Takes what was parked for these ids, once the answer of our request has named them.
void apply_parked(Context& context, Message& message, const storage::OutboxRow& row,
                  const std::vector<std::string>& external_ids);

}  // namespace inboxd::core
