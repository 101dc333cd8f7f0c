// Conversations and their tags, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/conversations.hpp"

namespace inboxd::storage::sqlite {

class SqliteConversationTable final : public ConversationTable {
 public:
  explicit SqliteConversationTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<Conversation> find(ConversationId id) const override;
  [[nodiscard]] std::optional<Conversation> find_by_number(std::int64_t ticket_number) const override;
  [[nodiscard]] std::optional<Conversation> newest_of(IdentityId identity) const override;
  [[nodiscard]] std::vector<Conversation> list(const Agent& viewer, const ConversationFilter& filter,
                                               const std::optional<ConversationPosition>& after,
                                               int limit) const override;
  [[nodiscard]] std::vector<ConversationId> of_identity(IdentityId identity, ConversationId from,
                                                        int limit) const override;

  Conversation insert(Conversation conversation) override;
  void update(const Conversation& conversation) override;
  void touch(const Conversation& conversation) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
