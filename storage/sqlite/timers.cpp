// Timers. Setting one again also frees it from whoever worked on it.
#include "storage/sqlite/timers.hpp"

#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {

std::vector<TimerRow> SqliteTimerTable::due(Timestamp now, int limit) const {
  std::vector<TimerRow> rows;
  Query query(connection_,
              "SELECT id, kind, conversation, due_at FROM timers WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2", now,
              limit);
  while (query.next()) {
    TimerRow& row = rows.emplace_back();
    query.read(row.id, row.kind, row.conversation, row.due_at);
  }
  return rows;
}

std::optional<Timestamp> SqliteTimerTable::next_due() const {
  Query query(connection_, "SELECT min(due_at) FROM timers");
  query.next();
  return query.value<std::optional<Timestamp>>();
}

void SqliteTimerTable::set(TimerKind kind, ConversationId conversation, Timestamp due_at) {
  execute(connection_,
          "INSERT INTO timers (kind, conversation, due_at) VALUES ($1, $2, $3) "
          "ON CONFLICT (kind, conversation) DO UPDATE SET due_at = excluded.due_at, owner = '', lease_until = NULL",
          kind, conversation, due_at);
}

void SqliteTimerTable::remove(TimerKind kind, ConversationId conversation) {
  execute(connection_, "DELETE FROM timers WHERE kind = $1 AND conversation = $2", kind, conversation);
}

}  // namespace inboxd::storage::sqlite
