// Inboxes, their health and the connectors' state, in SQLite. Made by SqliteTables; all statements stand in the .cpp
// beside it.
#pragma once

#include "storage/seal.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/tables/inboxes.hpp"

namespace inboxd::storage::sqlite {

class SqliteInboxTable final : public InboxTable {
 public:
  explicit SqliteInboxTable(Connection& connection, const Seal* seal) : connection_(connection), seal_(seal) {}

  [[nodiscard]] std::optional<Inbox> find(InboxId id) const override;
  [[nodiscard]] std::optional<Inbox> find_by_name(std::string_view name) const override;
  [[nodiscard]] std::vector<Inbox> list() const override;
  [[nodiscard]] std::string connector_state(InboxId id) const override;
  [[nodiscard]] std::string stream_state(InboxId id, std::string_view stream) const override;

  InboxId insert(const Inbox& inbox) override;
  void update(const Inbox& inbox) override;
  void set_connector_state(InboxId id, std::string_view state) override;
  void set_stream_state(InboxId id, std::string_view stream, std::string_view state) override;

 private:
  Connection& connection_;
  const Seal* seal_;
};

}  // namespace inboxd::storage::sqlite
