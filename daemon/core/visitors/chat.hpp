// A conversation as its visitor follows it: what appears there, and the marks up to which they got and read it. Called
// by whatever adds or changes a message; conversations of other channels have no chat, and nothing happens.
#pragma once

#include "daemon/core/context.hpp"
#include "schemas/types/visitor.hpp"

namespace inboxd::core {

inline constexpr int marked_entries_max = 200;  // per command: large work is many commands

/// The seq of the new entry; 0 when nobody follows the conversation, or it is not for the customer's eyes.
std::int64_t show_in_chat(Context& context, const Message& message);

/// The conversation that a visitor sees: their newest, closed or not.
std::optional<Conversation> conversation_of(const storage::Tables& tables, const Visitor& visitor);

/// Up to which of the customer's messages somebody of ours has read.
std::int64_t agent_read_seq(const storage::Tables& tables, const Conversation& conversation);

enum class ChatMark { delivered, read };
struct Marked {
  std::int64_t seq = 0;  // where the mark stands now
  bool more = false;     // one more command is needed
};
/// The visitor has got, or read, everything up to `seq`: our messages' deliveries say so.
Result<Marked> mark_chat(Context& context, const Visitor& visitor, ChatMark mark, std::int64_t seq);

}  // namespace inboxd::core
