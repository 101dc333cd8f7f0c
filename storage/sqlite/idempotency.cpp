// Stored outcomes of commands.
#include "storage/sqlite/idempotency.hpp"

#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {

std::optional<StoredOutcome> SqliteIdempotencyTable::find(AgentId principal, std::string_view key) const {
  Query query(connection_, "SELECT fingerprint, outcome FROM idempotency WHERE principal = $1 AND key = $2", principal,
              key);
  if (!query.next()) return std::nullopt;
  StoredOutcome stored;
  query.read(stored.fingerprint, stored.outcome);
  return stored;
}

void SqliteIdempotencyTable::insert(AgentId principal, std::string_view key, const StoredOutcome& outcome,
                                    Timestamp at) {
  execute(connection_,
          "INSERT INTO idempotency (principal, key, fingerprint, outcome, stored_at) VALUES ($1, $2, $3, $4, $5)",
          principal, key, Bytes{outcome.fingerprint}, outcome.outcome, at);
}

int SqliteIdempotencyTable::remove_before(Timestamp before, int limit) {
  return execute(connection_,
                 "DELETE FROM idempotency WHERE (principal, key) IN (SELECT principal, key FROM idempotency "
                 "WHERE stored_at < $1 ORDER BY stored_at LIMIT $2)",
                 before, limit);
}

}  // namespace inboxd::storage::sqlite
