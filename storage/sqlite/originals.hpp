// Raw originals, dedupe keys and quarantine, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside
// it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/originals.hpp"

namespace inboxd::storage::sqlite {

class SqliteOriginalTable final : public OriginalTable {
 public:
  explicit SqliteOriginalTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<RawOriginal> find(RawOriginalId id) const override;
  [[nodiscard]] std::vector<RawOriginalId> of_message(MessageId id) const override;
  [[nodiscard]] std::vector<InboxId> inboxes_of(RawOriginalId id) const override;
  [[nodiscard]] std::vector<QuarantineRow> quarantine(InboxId inbox, std::optional<QuarantineId> after,
                                                      int limit) const override;
  [[nodiscard]] bool seen(InboxId inbox, std::string_view dedupe_key) const override;

  RawOriginalId insert(const RawOriginal& original) override;
  void link(RawOriginalId original, MessageId message) override;
  bool mark_seen(InboxId inbox, std::string_view dedupe_key, Timestamp at, KeyLife life) override;
  int forget_keys(Timestamp before, int limit) override;
  QuarantineId insert_quarantine(const QuarantineRow& row) override;
  int remove_before(Timestamp before, int limit) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
