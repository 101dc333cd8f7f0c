// The audit trail, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/audit.hpp"

namespace inboxd::storage::sqlite {

class SqliteAuditTable final : public AuditTable {
 public:
  explicit SqliteAuditTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::vector<AuditRow> list(std::int64_t before, int limit) const override;

  void insert(const AuditRow& row) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
