// How a send ended, and what people decide about it afterwards: retry, settle by hand, cancel, release.
#pragma once

#include "connectors/sdk/transfer.hpp"
#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/context.hpp"

namespace inboxd::core {

/// The host's own backoff: 2 s, doubled with each try up to 10 minutes; after 24 h it gives up.
inline constexpr Milliseconds first_backoff{2'000};
inline constexpr Milliseconds longest_backoff{600'000};
inline constexpr std::chrono::hours gives_up_after{24};

struct Settlement {
  OutboxId row;
  int attempt = 1;  // of the claim that this settles; another one since makes it void
  SendOutcome outcome;
  /// Results of finished steps that a retry goes on from.
  connectors::Exchanges done;
};
void settle(Context& context, const Settlement& settlement);

/// `accept_duplicate` is asked for an uncertain one: the customer may then get it twice.
enum class Duplicates { refuse, accept };
Result<Outcome> retry_message(Context& context, const Agent& principal, MessageId message, Duplicates duplicates);
enum class ResolveAs { sent, failed };
Result<Outcome> resolve_message(Context& context, const Agent& principal, MessageId message, ResolveAs as);
/// Only what is still queued.
Result<Outcome> cancel_send(Context& context, const Agent& principal, OutboxId row);
/// Lets everything go out that a restored backup held back. Returns how many.
Result<int> release_outbox(Context& context, const Agent& principal);

}  // namespace inboxd::core
