// The counters of the table `blobs`.
#include "storage/sqlite/blob_references.hpp"

#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {

void add_blob_reference(Connection& connection, std::string_view hash, Timestamp at) {
  if (hash.empty()) return;
  execute(connection,
          "INSERT INTO blobs (hash, reference_count, uploaded_at) VALUES ($1, 1, $2) ON CONFLICT (hash) DO UPDATE SET "
          "reference_count = reference_count + 1, uploaded_at = max(uploaded_at, excluded.uploaded_at)",
          hash, at);
}

void drop_blob_reference(Connection& connection, std::string_view hash) {
  if (hash.empty()) return;
  execute(connection, "UPDATE blobs SET reference_count = reference_count - 1 WHERE hash = $1", hash);
}

}  // namespace inboxd::storage::sqlite
