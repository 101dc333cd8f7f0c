// Attachments: metadata of blobs, and the queue of those still to be fetched from a provider.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/message.hpp"

namespace inboxd::storage {

struct AttachmentRow {
  Attachment attachment;
  std::string blob_hash;             // empty until ready
  std::optional<MessageId> message;  // absent: uploaded, not attached yet
  std::optional<InboxId> inbox;
  std::optional<AgentId> uploader;
  std::string reference;  // the connector's, for fetching
  std::string sha256;     // announced by the provider
  int attempts = 0;
  std::optional<Timestamp> next_attempt_at;
  std::string failure;
  Timestamp created_at;

  friend bool operator==(const AttachmentRow&, const AttachmentRow&) = default;
};

class AttachmentTable {
 public:
  virtual ~AttachmentTable() = default;
  [[nodiscard]] virtual std::optional<AttachmentRow> find(AttachmentId id) const = 0;
  [[nodiscard]] virtual std::vector<AttachmentRow> of_message(MessageId id) const = 0;
  /// Pending ones whose next attempt is due, oldest first.
  [[nodiscard]] virtual std::vector<AttachmentRow> due(Timestamp now, int limit) const = 0;
  [[nodiscard]] virtual std::optional<Timestamp> next_due() const = 0;
  /// How many attachments and raw originals refer to a blob.
  [[nodiscard]] virtual std::int64_t references(std::string_view blob_hash) const = 0;
  /// Hashes that no attachment and no raw original refers to any more, of uploads older than `before`.
  [[nodiscard]] virtual std::vector<std::string> orphans(Timestamp before, int limit) const = 0;

  virtual AttachmentId insert(const AttachmentRow& row) = 0;
  virtual void update(const AttachmentRow& row) = 0;
  /// Its blob may become an orphan.
  virtual void remove(AttachmentId id) = 0;
  /// Takes away uploads that nobody attached, so that their blobs become orphans; returns how many.
  virtual int remove_unattached(Timestamp before, int limit) = 0;
  /// An orphan's file is about to go: orphans() does not name it again.
  virtual void forget_blob(std::string_view blob_hash) = 0;
};

}  // namespace inboxd::storage
