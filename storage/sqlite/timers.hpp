// Timers, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/timers.hpp"

namespace inboxd::storage::sqlite {

class SqliteTimerTable final : public TimerTable {
 public:
  explicit SqliteTimerTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::vector<TimerRow> due(Timestamp now, int limit) const override;
  [[nodiscard]] std::optional<Timestamp> next_due() const override;

  void set(TimerKind kind, ConversationId conversation, Timestamp due_at) override;
  void remove(TimerKind kind, ConversationId conversation) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
