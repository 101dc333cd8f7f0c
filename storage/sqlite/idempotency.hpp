// Stored outcomes of commands, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/idempotency.hpp"

namespace inboxd::storage::sqlite {

class SqliteIdempotencyTable final : public IdempotencyTable {
 public:
  explicit SqliteIdempotencyTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<StoredOutcome> find(AgentId principal, std::string_view key) const override;

  void insert(AgentId principal, std::string_view key, const StoredOutcome& outcome, Timestamp at) override;
  int remove_before(Timestamp before, int limit) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
