// How a send ended, and what follows for its row and its message. Called by delivery with each outcome; never decides
// what people do (settle_by_hand).
#pragma once

#include "connectors/sdk/transfer.hpp"
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

}  // namespace inboxd::core
