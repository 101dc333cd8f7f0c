// Rows that fall due: the end of a snooze, closing a resolved conversation, going on with what one command did not
// finish. One timer per kind and conversation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/enum_names.hpp"
#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::storage {

enum class TimerKind {
  end_snooze,
  close_resolved,
  announce_moved,  // this conversation and the later ones of its identity, which belongs to another contact now
};

}  // namespace inboxd::storage

namespace inboxd {
template <>
struct EnumNames<storage::TimerKind> {
  static constexpr std::array<std::pair<storage::TimerKind, std::string_view>, 3> table{{
      {storage::TimerKind::end_snooze, "end_snooze"},
      {storage::TimerKind::close_resolved, "close_resolved"},
      {storage::TimerKind::announce_moved, "announce_moved"},
  }};
};
}  // namespace inboxd

namespace inboxd::storage {

struct TimerRow {
  TimerId id;
  TimerKind kind = TimerKind::end_snooze;
  ConversationId conversation;
  Timestamp due_at;

  friend bool operator==(const TimerRow&, const TimerRow&) = default;
};

class TimerTable {
 public:
  virtual ~TimerTable() = default;
  [[nodiscard]] virtual std::vector<TimerRow> due(Timestamp now, int limit) const = 0;
  [[nodiscard]] virtual std::optional<Timestamp> next_due() const = 0;
  /// Replaces the conversation's timer of this kind.
  virtual void set(TimerKind kind, ConversationId conversation, Timestamp due_at) = 0;
  virtual void remove(TimerKind kind, ConversationId conversation) = 0;
};

}  // namespace inboxd::storage
