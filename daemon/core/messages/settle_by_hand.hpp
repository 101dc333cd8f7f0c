// What people decide about sends: try again, say what became of them, cancel. A message's own send comes first; else
// its newest edit, deletion or reaction whose end nobody knows. Called by REST, the stream and the operator's commands.
#pragma once

#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/context.hpp"

namespace inboxd::core {

/// `accept_duplicate` is asked for an uncertain reply: the customer may then get it twice. A change that is made twice
/// is the same as one, so it is not asked for changes.
enum class Duplicates { refuse, accept };
Result<Outcome> retry_message(Context& context, const Agent& principal, MessageId message, Duplicates duplicates);
/// The same for one row of the outbox, whatever it does.
Result<Outcome> retry_row(Context& context, const Agent& principal, OutboxId row, Duplicates duplicates);
enum class ResolveAs { sent, failed };
Result<Outcome> resolve_message(Context& context, const Agent& principal, MessageId message, ResolveAs as);
/// What is still queued; and a change whose end nobody knows, which is then left as it is.
Result<Outcome> cancel_send(Context& context, const Agent& principal, OutboxId row);

}  // namespace inboxd::core
