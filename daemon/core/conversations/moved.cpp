#include "daemon/core/conversations/moved.hpp"

namespace inboxd::core {
namespace {

void announce_one(Context& context, ConversationId id) {
  auto conversation = context.tables.conversations().find(id);
  if (!conversation) return;
  conversation->updated_at = context.now;
  ++conversation->version;
  context.tables.conversations().touch(*conversation);
  record(context, *conversation, EventType::conversation_updated);
}

/// The row that says where to go on is of the same commit, so a restart goes on there as well.
int announce_identity(Context& context, IdentityId identity, ConversationId from, int limit) {
  const auto ids = context.tables.conversations().of_identity(identity, from, limit + 1);
  int announced = 0;
  for (const auto id : ids) {
    if (announced == limit) {
      context.tables.timers().set(storage::TimerKind::announce_moved, id, context.now);
      break;
    }
    announce_one(context, id);
    ++announced;
  }
  return announced;
}

}  // namespace

void announce_moved(Context& context, const std::vector<IdentityId>& identities) {
  int left = moved_per_command_max;
  for (const auto identity : identities) left -= announce_identity(context, identity, ConversationId{}, left);
}

int announce_moved_from(Context& context, ConversationId from, int limit) {
  const auto conversation = context.tables.conversations().find(from);
  return conversation ? announce_identity(context, conversation->identity, from, limit) : 0;
}

}  // namespace inboxd::core
