#include "daemon/core/conversations/open.hpp"

namespace inboxd::core {
namespace {

Changes differences(const Conversation& before, const Conversation& after) {
  Changes changes;
  changes.add("status", enum_name(before.status), enum_name(after.status));
  changes.add("priority", enum_name(before.priority), enum_name(after.priority));
  changes.add("assignee", before.assignee, after.assignee);
  changes.add("team", before.team, after.team);
  changes.add_text("category", before.category, after.category);
  changes.add("tags", before.tags, after.tags);
  // That it changed; its text is no part of the log.
  if (before.subject != after.subject) changes.set("subject", true);
  return changes;
}

/// True when only what every message moves is different.
bool only_touched(const Conversation& before, const Conversation& after) {
  Conversation same = after;
  same.last_message_at = before.last_message_at;
  same.last_customer_message_at = before.last_customer_message_at;
  same.unread = before.unread;
  same.reply_window_ends_at = before.reply_window_ends_at;
  same.updated_at = before.updated_at;
  same.version = before.version;
  return same == before;
}

}  // namespace

Conversation draft_conversation(const Context& context, const Inbox& inbox, const Identity& identity,
                                const std::string& subject, const Conversation* continues) {
  Conversation fresh;
  fresh.inbox = inbox.id;
  fresh.inbox_name = inbox.name;
  fresh.contact = identity.contact;
  fresh.identity = identity.id;
  fresh.thread = identity.handle;
  fresh.subject = subject;
  if (continues != nullptr) {
    fresh.continues = continues->id;
    fresh.language = continues->language;
  } else {
    fresh.language = context.tables.contacts().language_of(identity.contact);
  }
  fresh.created_at = fresh.updated_at = fresh.last_message_at = context.now;
  return fresh;
}

FoundConversation find_or_draft(const Context& context, const Inbox& inbox, const Identity& identity,
                                const std::string& subject) {
  auto newest = context.tables.conversations().newest_of(identity.id);
  if (newest && newest->status != ConversationStatus::closed) return {std::move(*newest), Found::existing};
  return {draft_conversation(context, inbox, identity, subject, newest ? &*newest : nullptr), Found::draft};
}

void open(Context& context, Conversation& draft) {
  draft = context.tables.conversations().insert(std::move(draft));
  record(context, draft, EventType::conversation_created);
}

std::int64_t announce(Context& context, const Conversation& before, Conversation after) {
  after.updated_at = context.now;
  ++after.version;
  if (only_touched(before, after)) {
    context.tables.conversations().touch(after);
  } else {
    context.tables.conversations().update(after);
  }
  return record(context, after, EventType::conversation_updated, differences(before, after));
}

}  // namespace inboxd::core
