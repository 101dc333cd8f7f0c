// The audit trail.
#include "storage/sqlite/audit.hpp"

#include <limits>

#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {

std::vector<AuditRow> SqliteAuditTable::list(std::int64_t before, int limit) const {
  std::vector<AuditRow> rows;
  Query query(connection_,
              "SELECT id, happened_at, actor_kind, actor_id, action, object_type, object, changes FROM audit "
              "WHERE id < $1 ORDER BY id DESC LIMIT $2",
              before == 0 ? std::numeric_limits<std::int64_t>::max() : before, limit);
  while (query.next()) {
    AuditRow& row = rows.emplace_back();
    query.read(row.id, row.at, row.actor.kind, row.actor.id, row.action, row.object_type, row.object, row.changes);
  }
  return rows;
}

void SqliteAuditTable::insert(const AuditRow& row) {
  execute(connection_,
          "INSERT INTO audit (happened_at, actor_kind, actor_id, action, object_type, object, changes) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7)",
          row.at, row.actor.kind, row.actor.id, row.action, row.object_type, row.object, row.changes);
}

}  // namespace inboxd::storage::sqlite
