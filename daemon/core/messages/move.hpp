// Putting a customer's message where it belongs when the hints of its mail led elsewhere: to another conversation of
// its inbox, or into a new one. Only where customers keep several conversations apart.
#pragma once

#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/context.hpp"

namespace inboxd::core {

struct MoveMessage {
  MessageId message;
  std::optional<ConversationId> conversation;  // nothing: a new one, with the message's author
};
/// The message, in its new conversation. What the customer answers to it later follows it there.
Result<Outcome> move_message(Context& context, const Agent& principal, const MoveMessage& command,
                             const ChannelDirectory& channels);

}  // namespace inboxd::core
