// What a command says when it was carried out: which object, and the sequence of the last event that it caused. Small
// enough to be stored with its idempotency key; the object itself is shown as it is when asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inboxd::core {

enum class ObjectKind { conversation, message, contact, agent, attachment, outbox, inbox };

struct Outcome {
  ObjectKind kind = ObjectKind::message;
  std::int64_t id = 0;
  std::int64_t sequence = 0;  // 0: nothing changed

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// "1 551 18813", as kept beside an idempotency key.
std::string to_text(const Outcome& outcome);
std::optional<Outcome> outcome_from_text(std::string_view text);

}  // namespace inboxd::core
