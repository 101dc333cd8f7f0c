// Messages, their external ids, reactions, and parked receipts, in SQLite. Made by SqliteTables; all statements stand
// in the .cpp beside it.
#pragma once

#include "storage/sqlite/query.hpp"
#include "storage/tables/messages.hpp"

namespace inboxd::storage::sqlite {

class SqliteMessageTable final : public MessageTable {
 public:
  explicit SqliteMessageTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<Message> find(MessageId id) const override;
  [[nodiscard]] std::optional<MessageId> find_by_external(InboxId inbox, std::string_view external_id) const override;
  [[nodiscard]] std::vector<Message> of_conversation(ConversationId id, const MessagePage& page) const override;
  [[nodiscard]] std::vector<Message> of_contact(ContactId id, const Agent& viewer,
                                                const MessagePage& page) const override;
  [[nodiscard]] std::vector<std::string> external_ids(MessageId id) const override;
  [[nodiscard]] bool wrote_in(ConversationId id, ContactId author) const override;
  [[nodiscard]] int automatic_answers(IdentityId to, Timestamp since) const override;
  [[nodiscard]] int automatic_answers(InboxId inbox, Timestamp since) const override;
  [[nodiscard]] std::string newest_incoming_external_id(ConversationId id) const override;

  MessageId insert(const Message& message) override;
  void update(const Message& message) override;
  void move(MessageId id, ConversationId to, std::int64_t version) override;
  void update_delivery(MessageId id, const Delivery& delivery, std::int64_t version) override;
  void add_external_ids(MessageId id, const std::vector<std::string>& external_ids) override;
  void set_reactions(MessageId id, const Author& author, const std::vector<std::string>& emojis, Timestamp at) override;
  void park_receipt(InboxId inbox, std::string_view external_id, const ParkedReceipt& receipt) override;
  std::vector<ParkedReceipt> take_parked_receipts(InboxId inbox, std::string_view external_id) override;
  void park_change(InboxId inbox, std::string_view external_id, const ParkedChange& change) override;
  std::vector<ParkedChange> take_parked_changes(InboxId inbox, std::string_view external_id) override;
  void await_references(MessageId id, InboxId inbox, const std::vector<std::string>& external_ids,
                        Timestamp at) override;
  [[nodiscard]] std::vector<MessageId> awaiting(InboxId inbox, std::string_view external_id) const override;

 private:
  [[nodiscard]] std::optional<Message> next_message(Query& query) const;
  static std::int64_t start_of(const MessagePage& page);

  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
