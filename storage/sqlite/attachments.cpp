// Attachments, the fetch queue, and how often each blob is referred to.
#include "storage/sqlite/attachments.hpp"

#include "storage/sqlite/blob_references.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_attachment =
    "SELECT id, name, mime, size, state, blob_hash, message, inbox, uploader, reference, sha256, attempts, "
    "next_attempt_at, failure, created_at, content_id FROM attachments";
constexpr auto by_id = select_attachment + " WHERE id = $1";
constexpr auto by_message = select_attachment + " WHERE message = $1 ORDER BY id";
constexpr auto due_now = select_attachment +
                         " WHERE state = 'pending' AND coalesce(next_attempt_at, created_at) <= $1 "
                         "ORDER BY coalesce(next_attempt_at, created_at), id LIMIT $2";

AttachmentRow read_attachment(const Query& query) {
  AttachmentRow row;
  query.read(row.attachment.id, row.attachment.name, row.attachment.mime, row.attachment.size, row.attachment.state,
             row.blob_hash, row.message, row.inbox, row.uploader, row.reference, row.sha256, row.attempts,
             row.next_attempt_at, row.failure, row.created_at, row.attachment.content_id);
  return row;
}

std::vector<AttachmentRow> read_attachments(Query&& query) {
  std::vector<AttachmentRow> rows;
  while (query.next()) rows.push_back(read_attachment(query));
  return rows;
}

}  // namespace

std::optional<AttachmentRow> SqliteAttachmentTable::find(AttachmentId id) const {
  Query query(connection_, by_id, id);
  if (!query.next()) return std::nullopt;
  return read_attachment(query);
}

std::vector<AttachmentRow> SqliteAttachmentTable::of_message(MessageId id) const {
  return read_attachments(Query(connection_, by_message, id));
}

std::vector<AttachmentRow> SqliteAttachmentTable::due(Timestamp now, int limit) const {
  return read_attachments(Query(connection_, due_now, now, limit));
}

std::optional<Timestamp> SqliteAttachmentTable::next_due() const {
  Query query(connection_,
              "SELECT min(coalesce(next_attempt_at, created_at)) FROM attachments WHERE state = 'pending'");
  query.next();
  return query.value<std::optional<Timestamp>>();
}

std::int64_t SqliteAttachmentTable::references(std::string_view blob_hash) const {
  Query query(connection_, "SELECT reference_count FROM blobs WHERE hash = $1", blob_hash);
  return query.next() ? query.value<std::int64_t>() : 0;
}

std::vector<std::string> SqliteAttachmentTable::orphans(Timestamp before, int limit) const {
  std::vector<std::string> hashes;
  Query query(connection_,
              "SELECT hash FROM blobs WHERE reference_count = 0 AND uploaded_at < $1 ORDER BY uploaded_at LIMIT $2",
              before, limit);
  while (query.next()) hashes.push_back(query.value<std::string>());
  return hashes;
}

AttachmentId SqliteAttachmentTable::insert(const AttachmentRow& row) {
  execute(connection_,
          "INSERT INTO attachments (name, mime, size, state, blob_hash, message, inbox, uploader, reference, sha256, "
          "attempts, next_attempt_at, failure, created_at, content_id) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
          row.attachment.name, row.attachment.mime, row.attachment.size, row.attachment.state, row.blob_hash,
          row.message, row.inbox, row.uploader, row.reference, row.sha256, row.attempts, row.next_attempt_at,
          row.failure, row.created_at, row.attachment.content_id);
  const AttachmentId id{connection_.last_insert_id()};
  add_blob_reference(connection_, row.blob_hash, row.created_at);
  return id;
}

void SqliteAttachmentTable::update(const AttachmentRow& row) {
  const auto before = find(row.attachment.id);
  if (!before) return;
  execute(connection_,
          "UPDATE attachments SET name = $2, mime = $3, size = $4, state = $5, blob_hash = $6, message = $7, "
          "inbox = $8, uploader = $9, reference = $10, sha256 = $11, attempts = $12, next_attempt_at = $13, "
          "failure = $14, content_id = $15 WHERE id = $1",
          row.attachment.id, row.attachment.name, row.attachment.mime, row.attachment.size, row.attachment.state,
          row.blob_hash, row.message, row.inbox, row.uploader, row.reference, row.sha256, row.attempts,
          row.next_attempt_at, row.failure, row.attachment.content_id);
  if (before->blob_hash == row.blob_hash) return;
  drop_blob_reference(connection_, before->blob_hash);
  add_blob_reference(connection_, row.blob_hash, row.created_at);
}

void SqliteAttachmentTable::remove(AttachmentId id) {
  const auto row = find(id);
  if (!row) return;
  execute(connection_, "DELETE FROM attachments WHERE id = $1", id);
  drop_blob_reference(connection_, row->blob_hash);
}

int SqliteAttachmentTable::remove_unattached(Timestamp before, int limit) {
  std::vector<std::pair<AttachmentId, std::string>> unattached;
  {
    Query query(connection_,
                "SELECT id, blob_hash FROM attachments WHERE message IS NULL AND created_at < $1 "
                "ORDER BY created_at LIMIT $2",
                before, limit);
    while (query.next()) {
      auto& [id, hash] = unattached.emplace_back();
      query.read(id, hash);
    }
  }
  for (const auto& [id, hash] : unattached) {
    execute(connection_, "DELETE FROM attachments WHERE id = $1", id);
    drop_blob_reference(connection_, hash);
  }
  return static_cast<int>(unattached.size());
}

void SqliteAttachmentTable::forget_blob(std::string_view blob_hash) {
  execute(connection_, "DELETE FROM blobs WHERE hash = $1 AND reference_count = 0", blob_hash);
}

}  // namespace inboxd::storage::sqlite
