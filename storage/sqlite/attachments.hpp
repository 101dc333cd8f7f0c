// Attachments, the fetch queue, and how often each blob is referred to, in SQLite. Made by SqliteTables; all statements
// stand in the .cpp beside it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/attachments.hpp"

namespace inboxd::storage::sqlite {

class SqliteAttachmentTable final : public AttachmentTable {
 public:
  explicit SqliteAttachmentTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<AttachmentRow> find(AttachmentId id) const override;
  [[nodiscard]] std::vector<AttachmentRow> of_message(MessageId id) const override;
  [[nodiscard]] std::vector<AttachmentRow> due(Timestamp now, int limit) const override;
  [[nodiscard]] std::optional<Timestamp> next_due() const override;
  [[nodiscard]] std::int64_t references(std::string_view blob_hash) const override;
  [[nodiscard]] std::vector<std::string> orphans(Timestamp before, int limit) const override;

  AttachmentId insert(const AttachmentRow& row) override;
  void update(const AttachmentRow& row) override;
  void remove(AttachmentId id) override;
  int remove_unattached(Timestamp before, int limit) override;
  void forget_blob(std::string_view blob_hash) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
