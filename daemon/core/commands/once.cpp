#include "daemon/core/commands/once.hpp"

#include <charconv>
#include <utility>

namespace inboxd::core {

std::string to_text(const Outcome& outcome) {
  return std::to_string(static_cast<int>(outcome.kind)) + ' ' + std::to_string(outcome.id) + ' ' +
         std::to_string(outcome.sequence);
}

std::optional<Outcome> outcome_from_text(std::string_view text) {
  std::int64_t numbers[3] = {0, 0, 0};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (auto& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) return std::nullopt;
    at = next == end ? end : next + 1;
  }
  return Outcome{static_cast<ObjectKind>(numbers[0]), numbers[1], numbers[2]};
}

Result<Outcome> run_once(Context& context, AgentId principal, const IdempotencyKey& key, const AgentCommand& command) {
  const auto agent = context.tables.agents().find(principal);
  if (!agent || agent->disabled_at)
    return Error{ErrorCode::unauthenticated, "the token's agent does not exist any more", {}};
  if (key.key.empty()) return command(context, *agent);

  if (const auto stored = context.tables.idempotency().find(principal, key.key)) {
    if (stored->fingerprint != key.fingerprint)
      return Error{ErrorCode::idempotency_mismatch,
                   "this key was used for another command or other arguments; use a new key for a new command",
                   {}};
    const auto outcome = outcome_from_text(stored->outcome);
    if (!outcome) return Error{ErrorCode::internal, "the stored outcome of this key cannot be read", {}};
    return *outcome;
  }
  auto outcome = command(context, *agent);
  if (outcome)
    context.tables.idempotency().insert(principal, key.key, {key.fingerprint, to_text(*outcome)}, context.now);
  return outcome;
}

}  // namespace inboxd::core
