// The log, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside it.
#pragma once

#include <optional>

#include "storage/sqlite/connection.hpp"
#include "storage/tables/event_log.hpp"

namespace inboxd::storage::sqlite {

class SqliteEventLog final : public EventLog {
 public:
  explicit SqliteEventLog(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::int64_t head() const override;
  [[nodiscard]] std::int64_t oldest() const override;
  [[nodiscard]] std::vector<Event> after(std::int64_t sequence, int limit) const override;
  [[nodiscard]] bool has_news(const ConversationNews& news) const override;

  std::int64_t append(const Event& event) override;
  int remove_before(Timestamp before, int limit) override;

  /// The writer's: numbers given since the last call are written down, once for many events. Before each savepoint and
  /// each commit.
  void store_head();
  /// The writer's: what was given is taken back by the engine, or a new transaction begins.
  void forget_head();

 private:
  Connection& connection_;
  std::optional<std::int64_t> given_;  // the newest sequence of this transaction; nothing while the stored one is right
  bool stored_ = true;
};

}  // namespace inboxd::storage::sqlite
