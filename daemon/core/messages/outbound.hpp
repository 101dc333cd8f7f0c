// Puts together what a connector is asked to send from an outbox row and what it speaks of.
#pragma once

#include "daemon/core/context.hpp"
#include "schemas/types/outbound.hpp"

namespace inboxd::core {

/// Refuses when something it needs is gone (the conversation was erased, an attachment is not ready).
Result<Outbound> assemble_outbound(const storage::Tables& tables, const storage::OutboxRow& row);

}  // namespace inboxd::core
