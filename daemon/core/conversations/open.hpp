// Which conversation something belongs to: the newest with this identity, or a new one. A closed conversation is
// final: what comes after it opens another that names it in `continues`.
#pragma once

#include "daemon/core/context.hpp"

namespace inboxd::core {

enum class Opened { existing, created };

struct OpenedConversation {
  Conversation conversation;
  Opened how = Opened::existing;
};

/// Does not announce a new one: its conversation.created follows once the first message has touched it.
OpenedConversation find_or_open(Context& context, const Inbox& inbox, const Identity& identity,
                                const std::string& subject);

/// Stores what changed and says so; `created` announces a new one.
std::int64_t announce(Context& context, const Conversation& before, Conversation after, Opened how);

}  // namespace inboxd::core
