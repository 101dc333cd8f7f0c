// A chat read from where its visitor stands: the conversation that is theirs now, what appeared there since, and how
// far the desk has read. Runs on a reader's thread; looks up the visitor in the same read, so nobody who has signed out
// gets anything.
#pragma once

#include <optional>
#include <vector>

#include "connectors/sdk/visitors.hpp"
#include "schemas/types/message.hpp"
#include "schemas/types/visitor.hpp"
#include "storage/store.hpp"

namespace inboxd::visitors {

inline constexpr int news_entries_max = 50;         // read at once
inline constexpr std::int64_t history_given = 100;  // entries for a client that has none yet; more by asking

struct ChatPosition {
  std::optional<ConversationId> conversation;  // that the client knows; nothing: whichever is theirs
  std::optional<std::int64_t> seq;             // nothing: it has none, and begins with the newest
};

struct ShownMessage {
  std::int64_t seq = 0;
  Message message;
};

struct ChatNews {
  Visitor visitor;
  std::optional<ConversationId> conversation;
  std::optional<ContactId> contact;
  bool reset = false;      // what the client knows is of another conversation, or from another life of the store
  std::int64_t begin = 0;  // entries after this seq
  std::int64_t reached = 0;
  std::int64_t last_seq = 0;
  std::int64_t read_seq = 0;  // the visitor's own mark
  std::int64_t agent_read_seq = 0;
  std::vector<ShownMessage> messages;

  [[nodiscard]] bool more() const { return reached < last_seq; }
};

struct ChatQuestion {
  connectors::VisitorRules rules;
  InboxId inbox;
  VisitorId visitor;
};
Result<ChatNews> read_news(const storage::Tables& tables, const ChatQuestion& question, const ChatPosition& position);

/// The newest entries before a seq, ascending.
Result<std::vector<ShownMessage>> read_history(const storage::Tables& tables, const ChatQuestion& question,
                                               std::int64_t before, int limit);

}  // namespace inboxd::visitors
