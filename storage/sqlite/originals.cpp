// Raw originals, dedupe keys and quarantine.
#include "storage/sqlite/originals.hpp"

#include <limits>
#include <utility>

#include "storage/sqlite/blob_references.hpp"
#include "storage/sqlite/id_list.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {

std::optional<RawOriginal> SqliteOriginalTable::find(RawOriginalId id) const {
  Query query(connection_, "SELECT id, inbox, mime, body, received_at, blob_hash FROM raw_originals WHERE id = $1", id);
  if (!query.next()) return std::nullopt;
  RawOriginal original;
  query.read(original.id, original.inbox, original.mime, original.body, original.received_at, original.blob_hash);
  return original;
}

std::vector<RawOriginalId> SqliteOriginalTable::of_message(MessageId id) const {
  std::vector<RawOriginalId> originals;
  Query query(connection_, "SELECT original FROM original_messages WHERE message = $1 ORDER BY original", id);
  while (query.next()) originals.push_back(query.value<RawOriginalId>());
  return originals;
}

std::vector<InboxId> SqliteOriginalTable::inboxes_of(RawOriginalId id) const {
  std::vector<InboxId> inboxes;
  Query query(connection_,
              "SELECT m.inbox FROM original_messages o JOIN messages m ON m.id = o.message WHERE o.original = $1 "
              "UNION SELECT inbox FROM quarantine WHERE original = $1",
              id);
  while (query.next()) inboxes.push_back(query.value<InboxId>());
  return inboxes;
}

std::vector<QuarantineRow> SqliteOriginalTable::quarantine(InboxId inbox, std::optional<QuarantineId> after,
                                                           int limit) const {
  std::vector<QuarantineRow> rows;
  Query query(connection_,
              "SELECT id, inbox, original, reason_code, detail, received_at FROM quarantine "
              "WHERE inbox = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
              inbox, after ? after->value : std::numeric_limits<std::int64_t>::max(), limit);
  while (query.next()) {
    QuarantineRow& row = rows.emplace_back();
    query.read(row.id, row.inbox, row.original, row.reason_code, row.detail, row.received_at);
  }
  return rows;
}

bool SqliteOriginalTable::seen(InboxId inbox, std::string_view dedupe_key) const {
  Query query(connection_, "SELECT 1 FROM seen_events WHERE inbox = $1 AND dedupe_key = $2", inbox, dedupe_key);
  return query.next();
}

RawOriginalId SqliteOriginalTable::insert(const RawOriginal& original) {
  execute(connection_,
          "INSERT INTO raw_originals (inbox, mime, received_at, body, blob_hash) VALUES ($1, $2, $3, $4, $5)",
          original.inbox, original.mime, original.received_at, Bytes{original.body}, original.blob_hash);
  const RawOriginalId id{connection_.last_insert_id()};
  add_blob_reference(connection_, original.blob_hash, original.received_at);
  return id;
}

void SqliteOriginalTable::link(RawOriginalId original, MessageId message) {
  execute(connection_, "INSERT INTO original_messages (original, message) VALUES ($1, $2) ON CONFLICT DO NOTHING",
          original, message);
}

bool SqliteOriginalTable::mark_seen(InboxId inbox, std::string_view dedupe_key, Timestamp at, KeyLife life) {
  return execute(connection_,
                 "INSERT INTO seen_events (inbox, dedupe_key, seen_at, lasting) VALUES ($1, $2, $3, $4) "
                 "ON CONFLICT DO NOTHING",
                 inbox, dedupe_key, at, life == KeyLife::lasting) == 1;
}

int SqliteOriginalTable::forget_keys(Timestamp before, int limit) {
  // One by one: a list of pairs would be looked for by the inbox alone, among all of its keys.
  std::vector<std::pair<InboxId, std::string>> keys;
  Query query(connection_,
              "SELECT inbox, dedupe_key FROM seen_events WHERE lasting = 0 AND seen_at < $1 ORDER BY seen_at LIMIT $2",
              before, limit);
  while (query.next()) {
    auto& [inbox, key] = keys.emplace_back();
    query.read(inbox, key);
  }
  for (const auto& [inbox, key] : keys)
    execute(connection_, "DELETE FROM seen_events WHERE inbox = $1 AND dedupe_key = $2", inbox, key);
  return static_cast<int>(keys.size());
}

QuarantineId SqliteOriginalTable::insert_quarantine(const QuarantineRow& row) {
  execute(connection_,
          "INSERT INTO quarantine (inbox, original, reason_code, detail, received_at) VALUES ($1, $2, $3, $4, $5)",
          row.inbox, row.original, row.reason_code, row.detail, row.received_at);
  return QuarantineId{connection_.last_insert_id()};
}

int SqliteOriginalTable::remove_before(Timestamp before, int limit) {
  std::vector<RawOriginalId> old;
  std::vector<std::string> blobs;
  // Ids rise with the time of receipt, so the first original to keep ends the search without an index on the time.
  Query query(connection_,
              "SELECT r.id, r.blob_hash FROM raw_originals r WHERE r.id < coalesce("
              "(SELECT id FROM raw_originals WHERE received_at >= $1 ORDER BY id LIMIT 1), 9223372036854775807) "
              "AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.original = r.id) ORDER BY r.id LIMIT $2",
              before, limit);
  while (query.next()) query.read(old.emplace_back(), blobs.emplace_back());
  if (old.empty()) return 0;
  execute(connection_, "DELETE FROM raw_originals WHERE id IN (SELECT value FROM json_each($1))", id_list(old));
  // A change that waits for its message counts no longer than its original is kept.
  execute(connection_, "DELETE FROM parked_changes WHERE original IN (SELECT value FROM json_each($1))", id_list(old));
  for (const auto& hash : blobs) drop_blob_reference(connection_, hash);
  return static_cast<int>(old.size());
}

}  // namespace inboxd::storage::sqlite
