// The outbox, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/outbox.hpp"

namespace inboxd::storage::sqlite {

class SqliteOutboxTable final : public OutboxTable {
 public:
  explicit SqliteOutboxTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<OutboxRow> find(OutboxId id) const override;
  [[nodiscard]] std::optional<OutboxRow> send_of(MessageId message) const override;
  [[nodiscard]] std::vector<OutboxRow> changes_of(MessageId message, int limit) const override;
  [[nodiscard]] std::optional<OutboxRow> find_by_correlation(InboxId inbox,
                                                             std::string_view correlation) const override;
  [[nodiscard]] std::vector<OutboxRow> due(Timestamp now, const std::vector<InboxId>& busy_inboxes,
                                           int limit) const override;
  [[nodiscard]] std::optional<Timestamp> next_due(Timestamp after) const override;
  [[nodiscard]] std::vector<OutboxRow> abandoned(std::string_view owner, Timestamp now, int limit) const override;
  [[nodiscard]] std::vector<OutboxRow> list(const std::vector<DeliveryState>& states, std::optional<OutboxId> after,
                                            int limit) const override;
  [[nodiscard]] std::vector<OutboxRow> queued(Held held, int limit) const override;
  [[nodiscard]] OutboxCounts counts() const override;

  OutboxId insert(const OutboxRow& row) override;
  void update(const OutboxRow& row) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
