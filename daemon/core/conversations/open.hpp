// Which conversation something belongs to: the newest with this identity, or a new one. A closed conversation is
// final: what comes after it opens another that names it in `continues`.
#pragma once

#include "daemon/core/context.hpp"

namespace inboxd::core {

enum class Found { existing, draft };

struct FoundConversation {
  Conversation conversation;
  Found how = Found::existing;
};

/// The newest that is not closed, or a draft without id and number, for open() once its first message has moved it.
FoundConversation find_or_draft(const Context& context, const Inbox& inbox, const Identity& identity,
                                const std::string& subject);

/// A new one with this identity; `continues` names the one that it goes on from.
Conversation draft_conversation(const Context& context, const Inbox& inbox, const Identity& identity,
                                const std::string& subject, const Conversation* continues);

/// Stores a draft as it is, says so, and gives it its id and number.
void open(Context& context, Conversation& draft);

/// Stores what changed and says so.
std::int64_t announce(Context& context, const Conversation& before, Conversation after);

}  // namespace inboxd::core
