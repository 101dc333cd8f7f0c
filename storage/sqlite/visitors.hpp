// Visitors, their chats and uploads, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/visitors.hpp"

namespace inboxd::storage::sqlite {

class SqliteVisitorTable final : public VisitorTable {
 public:
  explicit SqliteVisitorTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<Visitor> find(VisitorId id) const override;
  [[nodiscard]] std::optional<Visitor> find_by_token(InboxId inbox, std::string_view hash) const override;
  VisitorId insert(const Visitor& visitor, std::string_view token_hash) override;
  void update(const Visitor& visitor) override;
  int remove_unused(Timestamp before, int limit) override;

  [[nodiscard]] std::optional<Chat> chat(ConversationId conversation) const override;
  void open_chat(ConversationId conversation) override;
  std::int64_t append(ConversationId conversation, MessageId message) override;
  void update_marks(const Chat& chat) override;
  [[nodiscard]] std::vector<ChatEntry> entries_after(ConversationId conversation, std::int64_t seq,
                                                     int limit) const override;
  [[nodiscard]] std::vector<ChatEntry> entries_before(ConversationId conversation, std::int64_t seq,
                                                      int limit) const override;
  [[nodiscard]] std::int64_t first_seq_of(MessageId message) const override;
  [[nodiscard]] std::int64_t count_outgoing_after(ConversationId conversation, std::int64_t seq) const override;
  [[nodiscard]] std::int64_t seq_of_incoming(ConversationId conversation, std::int64_t skipped) const override;

  void add_upload(VisitorId visitor, AttachmentId attachment, std::uint64_t bytes, Timestamp at) override;
  [[nodiscard]] bool uploaded(VisitorId visitor, AttachmentId attachment) const override;
  [[nodiscard]] UploadCount uploads_since(VisitorId visitor, Timestamp since) const override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
