// Which conversation an incoming message belongs to, and why. On a chat it is the newest with its thread; where
// customers keep several apart (email) the message's own hints decide, and what somebody could guess counts only for
// those who have a part in the conversation already.
#pragma once

#include <string>

#include "daemon/core/conversations/open.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::core {

struct Placed {
  Conversation conversation;
  Found how = Found::existing;
  /// "signature", "reference", "ticket_number", "subject" or "new"; empty on a chat.
  std::string why;
};

/// News open another conversation after a closed one, which names it, or go where the sender's earlier ones went; an
/// automatic reply is kept in the closed one. History belongs into it.
enum class ClosedOnes { are_continued, are_joined };

/// `thread` is the identity of the message's thread: on an incoming email, its sender.
Placed place(const Context& context, const Inbox& inbox, const Identity& thread, const MessageReceived& event,
             ClosedOnes closed_ones = ClosedOnes::are_continued);

}  // namespace inboxd::core
