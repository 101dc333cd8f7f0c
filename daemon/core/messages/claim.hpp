// Outbox rows on their way out: claimed before the network is touched, their steps noted, and taken up again after a
// crash with the truth about what may have happened.
#pragma once

#include <string>
#include <vector>

#include "connectors/sdk/transfer.hpp"
#include "daemon/core/context.hpp"

namespace inboxd::core {

/// A row that this process may send now: state `sending` is committed, with its first step.
struct Claimed {
  storage::OutboxRow row;
  Outbound outbound;
  connectors::SendStep first;
};

struct Claim {
  std::vector<OutboxId> rows;
  std::string owner;
  Timestamp lease_until;
};
/// Rows that are not due any more are left out; what cannot be sent at all (window closed meanwhile) fails here.
std::vector<Claimed> claim(Context& context, const ChannelDirectory& channels, const Claim& claim);

/// Before a transfer: what is in flight, and the results of the steps before it.
struct NoteStep {
  OutboxId row;
  std::string owner;
  storage::InFlight in_flight = storage::InFlight::none;
  connectors::Exchanges done;
  Timestamp lease_until;
  PartialDelivery partial = {};
};
/// False: the row is not ours any more (cancelled, settled by an echo); the send must stop.
Result<bool> note_step(Context& context, const NoteStep& note);

/// Rows left `sending` by a process that is gone: an unrepeatable request in flight makes it uncertain, everything
/// else is queued again as a new attempt. Returns how many were taken up.
int recover_abandoned(Context& context, std::string_view owner, int limit);

}  // namespace inboxd::core
