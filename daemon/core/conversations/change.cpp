#include "daemon/core/conversations/change.hpp"

#include <algorithm>

#include "daemon/core/access/authorize.hpp"
#include "daemon/core/conversations/moved.hpp"
#include "daemon/core/conversations/open.hpp"

namespace inboxd::core {
namespace {

using storage::TimerKind;

Result<void> check_tags(const std::vector<std::string>& tags) {
  if (tags.size() > tags_max) return bad_request("`tags` holds more than " + std::to_string(tags_max));
  for (const auto& tag : tags)
    if (tag.empty() || tag.size() > tag_characters_max)
      return bad_request("each of `tags` needs 1 to " + std::to_string(tag_characters_max) + " bytes");
  return {};
}

Result<void> check_texts(const ChangeConversation& command) {
  if (command.subject && command.subject->size() > subject_bytes_max)
    return bad_request("`subject` is longer than " + std::to_string(subject_bytes_max) + " bytes");
  if (command.category && *command.category && (*command.category)->size() > tag_characters_max)
    return bad_request("`category` is longer than " + std::to_string(tag_characters_max) + " bytes");
  if (command.language && *command.language && (*command.language)->size() > language_bytes_max)
    return bad_request("`language` is longer than " + std::to_string(language_bytes_max) + " bytes");
  return {};
}

Result<void> check_people(Context& context, const Conversation& conversation, const ChangeConversation& command) {
  if (command.assignee && *command.assignee) {
    const auto assignee = context.tables.agents().find(**command.assignee);
    if (!assignee || assignee->disabled_at)
      return bad_request("`assignee` names nobody: " + to_string(**command.assignee));
    if (!assignee->sees(conversation.inbox))
      return bad_request("`assignee` " + to_string(assignee->id) + " has no access to the inbox " +
                         conversation.inbox_name);
  }
  if (command.team && *command.team && !context.tables.agents().find_team(**command.team))
    return bad_request("`team` names no team: " + to_string(**command.team));
  return {};
}

Result<void> apply_status(Context& context, const ChangeConversation& command, Conversation& conversation) {
  const bool moves = (command.status && *command.status != ConversationStatus::closed) ||
                     (command.snoozed_until && *command.snoozed_until);
  if (conversation.status == ConversationStatus::closed && moves)
    return Error{
        ErrorCode::conflict, "a closed conversation is final; the customer's next message opens a new one", {}};
  if (command.status) conversation.status = *command.status;
  if (command.snoozed_until) {
    if (*command.snoozed_until && **command.snoozed_until <= context.now)
      return bad_request("`snoozed_until` must be in the future");
    conversation.snoozed_until = *command.snoozed_until;
    if (*command.snoozed_until && !command.status) conversation.status = ConversationStatus::snoozed;
    if (!*command.snoozed_until && !command.status && conversation.status == ConversationStatus::snoozed)
      conversation.status = ConversationStatus::open;
  }
  if (conversation.status == ConversationStatus::snoozed && !conversation.snoozed_until)
    return bad_request("a snoozed conversation needs `snoozed_until`");
  return {};
}

void apply_fields(const ChangeConversation& command, Conversation& conversation) {
  if (command.priority) conversation.priority = *command.priority;
  if (command.category) conversation.category = *command.category;
  if (command.subject) conversation.subject = *command.subject;
  if (command.assignee) conversation.assignee = *command.assignee;
  if (command.team) conversation.team = *command.team;
  if (command.language) conversation.language = *command.language;
  if (command.tags) {
    conversation.tags = *command.tags;
    std::sort(conversation.tags.begin(), conversation.tags.end());
    conversation.tags.erase(std::unique(conversation.tags.begin(), conversation.tags.end()), conversation.tags.end());
  }
}

void fire_for_one(Context& context, const storage::TimerRow& timer) {
  const auto before = context.tables.conversations().find(timer.conversation);
  // Snoozed anew since the timer was looked for: the newer one stands.
  if (before && timer.kind == TimerKind::end_snooze && before->snoozed_until && *before->snoozed_until > context.now)
    return;
  context.tables.timers().remove(timer.kind, timer.conversation);
  if (!before) return;
  Conversation after = *before;
  switch (timer.kind) {
    case TimerKind::end_snooze:
      if (before->status != ConversationStatus::snoozed) return;
      after.status = ConversationStatus::open;
      after.snoozed_until.reset();
      break;
    case TimerKind::close_resolved:
      if (before->status != ConversationStatus::resolved) return;
      after.status = ConversationStatus::closed;
      break;
    case TimerKind::announce_moved:
      return;  // not of one conversation alone
  }
  announce(context, *before, after);
}

}  // namespace

Result<Conversation> visible_conversation(const storage::Tables& tables, const Agent& principal, ConversationId id) {
  auto conversation = tables.conversations().find(id);
  const auto name = "conversation " + to_string(id);
  if (!conversation) return not_found("there is no " + name);
  if (auto seen = require(principal, Action::see, {conversation->inbox}, name); !seen) return seen.error();
  return *conversation;
}

void follow_status(Context& context, const Conversation& before, Conversation& after, std::chrono::days close_after) {
  if (after.status != ConversationStatus::snoozed) after.snoozed_until.reset();
  if (after.status == before.status && after.snoozed_until == before.snoozed_until) return;

  auto& timers = context.tables.timers();
  if (after.status == ConversationStatus::snoozed) {
    timers.set(TimerKind::end_snooze, after.id, *after.snoozed_until);
  } else if (before.status == ConversationStatus::snoozed) {
    timers.remove(TimerKind::end_snooze, after.id);
  }
  if (after.status == ConversationStatus::resolved) {
    if (before.status != ConversationStatus::resolved) after.resolved_at = context.now;
    timers.set(TimerKind::close_resolved, after.id, context.now + close_after);
  } else if (before.status == ConversationStatus::resolved) {
    timers.remove(TimerKind::close_resolved, after.id);
    if (after.status != ConversationStatus::closed) after.resolved_at.reset();
  }
}

Result<Outcome> change_conversation(Context& context, const Agent& principal, const ChangeConversation& command,
                                    const CloseAfter& close_after) {
  const auto before = visible_conversation(context.tables, principal, command.conversation);
  if (!before) return before.error();
  const auto name = "conversation " + to_string(command.conversation);
  if (auto allowed = require(principal, Action::change_conversation, {before->inbox}, name); !allowed)
    return allowed.error();
  if (command.if_version && *command.if_version != before->version)
    return Error{ErrorCode::conflict, "it changed meanwhile: its version is " + std::to_string(before->version), {}};
  if (command.tags)
    if (auto fine = check_tags(*command.tags); !fine) return fine.error();
  if (auto fine = check_texts(command); !fine) return fine.error();
  if (auto fine = check_people(context, *before, command); !fine) return fine.error();

  Conversation after = *before;
  apply_fields(command, after);
  if (auto fine = apply_status(context, command, after); !fine) return fine.error();
  follow_status(context, *before, after, close_after(before->inbox_name));
  if (after == *before) return Outcome{ObjectKind::conversation, after.id.value, 0};
  const auto sequence = announce(context, *before, after);
  audit(context, "conversation", after.id.value);
  return Outcome{ObjectKind::conversation, after.id.value, sequence};
}

Result<Outcome> read_conversation(Context& context, const Agent& principal, ConversationId id) {
  const auto before = visible_conversation(context.tables, principal, id);
  if (!before) return before.error();
  if (before->unread == 0) return Outcome{ObjectKind::conversation, id.value, 0};
  Conversation after = *before;
  after.unread = 0;
  return Outcome{ObjectKind::conversation, id.value, announce(context, *before, after)};
}

int fire_timer(Context& context, const storage::TimerRow& timer, int conversations_max) {
  if (timer.kind == TimerKind::announce_moved) {
    context.tables.timers().remove(timer.kind, timer.conversation);
    return std::max(1, announce_moved_from(context, timer.conversation, conversations_max));
  }
  fire_for_one(context, timer);
  return 1;
}

}  // namespace inboxd::core
