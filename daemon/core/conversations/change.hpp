// What agents and the clock do to a conversation: status, assignment, tags, priority, snooze, read.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/context.hpp"

namespace inboxd::core {

inline constexpr std::size_t tags_max = 50;             // per conversation
inline constexpr std::size_t tag_characters_max = 64;   // bytes of UTF-8
inline constexpr std::size_t subject_bytes_max = 1000;  // what a list can still show
inline constexpr std::size_t language_bytes_max = 35;   // RFC 5646, 4.4.1

/// Absent fields stay as they are; the inner optional of assignee, team, … is the new value or nothing.
struct ChangeConversation {
  ConversationId conversation;
  std::optional<ConversationStatus> status;
  std::optional<Priority> priority;
  std::optional<std::optional<std::string>> category;
  std::optional<std::string> subject;
  std::optional<std::optional<AgentId>> assignee;
  std::optional<std::optional<TeamId>> team;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::optional<std::string>> language;
  std::optional<std::optional<Timestamp>> snoozed_until;
  std::optional<std::int64_t> if_version;
};
/// How long a resolved conversation of this inbox stays open to a reply.
using CloseAfter = std::function<std::chrono::days(const std::string& inbox)>;
Result<Outcome> change_conversation(Context& context, const Agent& principal, const ChangeConversation& command,
                                    const CloseAfter& close_after);

/// Marks everything of the customer's as read by the desk.
Result<Outcome> read_conversation(Context& context, const Agent& principal, ConversationId conversation);

/// The conversation, if the principal may see its inbox.
Result<Conversation> visible_conversation(const storage::Tables& tables, const Agent& principal, ConversationId id);

/// What a due timer does; nothing when the conversation has moved on since. Changes at most `conversations_max`, at
/// least 1; returns how many, 1 for none as well.
int fire_timer(Context& context, const storage::TimerRow& timer, int conversations_max);

/// Keeps the timers that belong to a status in step with it: call with the old and the new conversation.
void follow_status(Context& context, const Conversation& before, Conversation& after, std::chrono::days close_after);

}  // namespace inboxd::core
