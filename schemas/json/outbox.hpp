// What an outbox row keeps beside its message: a template, an emoji, the new text of an edit, the provider's ids that
// it speaks of, the parts of it that arrived. Kept as JSON text in the row's `payload`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/outbound.hpp"

namespace inboxd {

struct OutboxPayload {
  std::optional<OutboundTemplate> message_template;
  std::string emoji;
  std::string text;
  std::string html;
  std::vector<std::string> targets;
  PartialDelivery partial;
  std::vector<std::string> parts = {};  // external ids of a reply that was accepted as several messages

  friend bool operator==(const OutboxPayload&, const OutboxPayload&) = default;
};

/// Empty for an empty payload.
std::string payload_to_text(const OutboxPayload& payload);
/// Reads what payload_to_text wrote; anything else is an empty payload.
OutboxPayload payload_from_text(std::string_view text);

}  // namespace inboxd
