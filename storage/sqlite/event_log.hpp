// The log, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside it.
#pragma once

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

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
