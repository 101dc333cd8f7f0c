// Customers who connect to us by themselves: who holds which token, what they uploaded, and each conversation as they
// may see it: an own sequence over its messages and their changes, with the marks up to which they got and read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "schemas/types/message.hpp"
#include "schemas/types/visitor.hpp"

namespace inboxd::storage {

/// One conversation as its visitor follows it.
struct Chat {
  ConversationId conversation;
  std::int64_t last_seq = 0;       // given to the newest entry; 0: none yet
  std::int64_t delivered_seq = 0;  // the visitor has all up to here
  std::int64_t read_seq = 0;       // … and has read up to here

  friend bool operator==(const Chat&, const Chat&) = default;
};

/// A message that appeared or changed.
struct ChatEntry {
  std::int64_t seq = 0;
  MessageId message;

  friend bool operator==(const ChatEntry&, const ChatEntry&) = default;
};

struct UploadCount {
  std::int64_t files = 0;
  std::int64_t bytes = 0;

  friend bool operator==(const UploadCount&, const UploadCount&) = default;
};

class VisitorTable {
 public:
  virtual ~VisitorTable() = default;
  [[nodiscard]] virtual std::optional<Visitor> find(VisitorId id) const = 0;
  /// Also one who has signed out: the caller looks at `ended_at`.
  [[nodiscard]] virtual std::optional<Visitor> find_by_token(InboxId inbox, std::string_view hash) const = 0;
  virtual VisitorId insert(const Visitor& visitor, std::string_view token_hash) = 0;
  /// Everything but inbox, handle and created_at.
  virtual void update(const Visitor& visitor) = 0;
  /// Takes away those without an identity who were not seen since; returns how many.
  virtual int remove_unused(Timestamp before, int limit) = 0;

  [[nodiscard]] virtual std::optional<Chat> chat(ConversationId conversation) const = 0;
  /// Nothing happens where there is one.
  virtual void open_chat(ConversationId conversation) = 0;
  /// The seq given; 0 where the conversation has no chat.
  virtual std::int64_t append(ConversationId conversation, MessageId message) = 0;
  virtual void update_marks(const Chat& chat) = 0;
  /// Ascending.
  [[nodiscard]] virtual std::vector<ChatEntry> entries_after(ConversationId conversation, std::int64_t seq,
                                                             int limit) const = 0;
  /// The newest entries before a seq, ascending.
  [[nodiscard]] virtual std::vector<ChatEntry> entries_before(ConversationId conversation, std::int64_t seq,
                                                              int limit) const = 0;
  /// By which a message appeared; 0: never.
  [[nodiscard]] virtual std::int64_t first_seq_of(MessageId message) const = 0;
  /// How many messages of ours appeared after a seq.
  [[nodiscard]] virtual std::int64_t count_outgoing_after(ConversationId conversation, std::int64_t seq) const = 0;
  /// By which the newest of the customer's messages but `skipped` appeared; 0: none.
  [[nodiscard]] virtual std::int64_t seq_of_incoming(ConversationId conversation, std::int64_t skipped) const = 0;

  virtual void add_upload(VisitorId visitor, AttachmentId attachment, std::uint64_t bytes, Timestamp at) = 0;
  [[nodiscard]] virtual bool uploaded(VisitorId visitor, AttachmentId attachment) const = 0;
  [[nodiscard]] virtual UploadCount uploads_since(VisitorId visitor, Timestamp since) const = 0;
};

}  // namespace inboxd::storage
