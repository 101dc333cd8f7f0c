// The log: appended in the transaction of the change, numbered in commit order, read from a cursor by whoever wants
// to know.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "schemas/types/event.hpp"

namespace inboxd::storage {

/// What `if_seen` asks for: after a sequence, a customer's message or edit, or a reply by somebody else. Notes,
/// activity and one's own do not count.
struct ConversationNews {
  ConversationId conversation;
  std::int64_t after = 0;
  AgentId reader;
  std::string_view cause_of_edit;  // by which a customer's edit is told from their reaction
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  /// Sequence of the newest event, 0 when there is none.
  [[nodiscard]] virtual std::int64_t head() const = 0;
  /// Sequence of the oldest kept event, head() + 1 when there is none.
  [[nodiscard]] virtual std::int64_t oldest() const = 0;
  [[nodiscard]] virtual std::vector<Event> after(std::int64_t sequence, int limit) const = 0;
  /// Whether a conversation has an event of this kind; a question to an index, however long the conversation.
  [[nodiscard]] virtual bool has_news(const ConversationNews& news) const = 0;

  /// Returns the sequence given.
  virtual std::int64_t append(const Event& event) = 0;
  virtual int remove_before(Timestamp before, int limit) = 0;
};

}  // namespace inboxd::storage
