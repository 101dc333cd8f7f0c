// The log: appended in the transaction of the change, numbered in commit order, read from a cursor by whoever wants
// to know.
#pragma once

#include <cstdint>
#include <vector>

#include "schemas/types/event.hpp"

namespace inboxd::storage {

class EventLog {
 public:
  virtual ~EventLog() = default;
  /// Sequence of the newest event, 0 when there is none.
  [[nodiscard]] virtual std::int64_t head() const = 0;
  /// Sequence of the oldest kept event, head() + 1 when there is none.
  [[nodiscard]] virtual std::int64_t oldest() const = 0;
  [[nodiscard]] virtual std::vector<Event> after(std::int64_t sequence, int limit) const = 0;
  /// Events of one conversation after a sequence, for `if_seen`.
  [[nodiscard]] virtual std::vector<Event> of_conversation_after(ConversationId id, std::int64_t sequence,
                                                                 int limit) const = 0;

  /// Returns the sequence given.
  virtual std::int64_t append(const Event& event) = 0;
  virtual int remove_before(Timestamp before, int limit) = 0;
};

}  // namespace inboxd::storage
