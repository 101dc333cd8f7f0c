// All tables over one connection: what a writer or a reader hands out.
#pragma once

#include "storage/sqlite/agents.hpp"
#include "storage/sqlite/attachments.hpp"
#include "storage/sqlite/audit.hpp"
#include "storage/sqlite/contacts.hpp"
#include "storage/sqlite/conversations.hpp"
#include "storage/sqlite/event_log.hpp"
#include "storage/sqlite/idempotency.hpp"
#include "storage/sqlite/inboxes.hpp"
#include "storage/sqlite/messages.hpp"
#include "storage/sqlite/originals.hpp"
#include "storage/sqlite/outbox.hpp"
#include "storage/sqlite/timers.hpp"
#include "storage/sqlite/visitors.hpp"
#include "storage/store.hpp"

namespace inboxd::storage::sqlite {

class SqliteTables final : public Tables {
 public:
  /// `seal` outlives it; null: what is sealed cannot be read.
  explicit SqliteTables(Connection& connection, const Seal* seal = nullptr)
      : agents_(connection),
        attachments_(connection),
        audit_(connection),
        contacts_(connection),
        conversations_(connection),
        events_(connection),
        idempotency_(connection),
        inboxes_(connection, seal),
        messages_(connection),
        originals_(connection),
        outbox_(connection),
        timers_(connection),
        visitors_(connection) {}

  AgentTable& agents() override { return agents_; }
  AttachmentTable& attachments() override { return attachments_; }
  AuditTable& audit() override { return audit_; }
  ContactTable& contacts() override { return contacts_; }
  ConversationTable& conversations() override { return conversations_; }
  SqliteEventLog& events() override { return events_; }
  IdempotencyTable& idempotency() override { return idempotency_; }
  InboxTable& inboxes() override { return inboxes_; }
  MessageTable& messages() override { return messages_; }
  OriginalTable& originals() override { return originals_; }
  OutboxTable& outbox() override { return outbox_; }
  TimerTable& timers() override { return timers_; }
  VisitorTable& visitors() override { return visitors_; }
  [[nodiscard]] const AgentTable& agents() const override { return agents_; }
  [[nodiscard]] const AttachmentTable& attachments() const override { return attachments_; }
  [[nodiscard]] const AuditTable& audit() const override { return audit_; }
  [[nodiscard]] const ContactTable& contacts() const override { return contacts_; }
  [[nodiscard]] const ConversationTable& conversations() const override { return conversations_; }
  [[nodiscard]] const EventLog& events() const override { return events_; }
  [[nodiscard]] const IdempotencyTable& idempotency() const override { return idempotency_; }
  [[nodiscard]] const InboxTable& inboxes() const override { return inboxes_; }
  [[nodiscard]] const MessageTable& messages() const override { return messages_; }
  [[nodiscard]] const OriginalTable& originals() const override { return originals_; }
  [[nodiscard]] const OutboxTable& outbox() const override { return outbox_; }
  [[nodiscard]] const TimerTable& timers() const override { return timers_; }
  [[nodiscard]] const VisitorTable& visitors() const override { return visitors_; }

 private:
  SqliteAgentTable agents_;
  SqliteAttachmentTable attachments_;
  SqliteAuditTable audit_;
  SqliteContactTable contacts_;
  SqliteConversationTable conversations_;
  SqliteEventLog events_;
  SqliteIdempotencyTable idempotency_;
  SqliteInboxTable inboxes_;
  SqliteMessageTable messages_;
  SqliteOriginalTable originals_;
  SqliteOutboxTable outbox_;
  SqliteTimerTable timers_;
  SqliteVisitorTable visitors_;
};

}  // namespace inboxd::storage::sqlite
