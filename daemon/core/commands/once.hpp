// Idempotency: a command with a key is carried out once; a repetition gets the stored outcome, and the same key with
// other arguments is refused. Only successes are remembered, in the command's own transaction.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/context.hpp"

namespace inboxd::core {

struct IdempotencyKey {
  std::string key;          // empty: none was given
  std::string fingerprint;  // SHA-256 over the command's name and arguments
};

using AgentCommand = std::function<Result<Outcome>(Context&, const Agent& principal)>;

/// Loads the principal as it is now, looks the key up before anything else, then runs.
Result<Outcome> run_once(Context& context, AgentId principal, const IdempotencyKey& key, const AgentCommand& command);

}  // namespace inboxd::core
