// The storage port: what the daemon asks of whatever keeps its data. One writer, several readers; nothing outside
// storage/sqlite knows which engine stands behind it. Broken machines (I/O errors, corruption) are StorageFailure
// exceptions; refusals are Result values of the tables.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/tables/agents.hpp"
#include "storage/tables/attachments.hpp"
#include "storage/tables/audit.hpp"
#include "storage/tables/contacts.hpp"
#include "storage/tables/conversations.hpp"
#include "storage/tables/event_log.hpp"
#include "storage/tables/idempotency.hpp"
#include "storage/tables/inboxes.hpp"
#include "storage/tables/messages.hpp"
#include "storage/tables/originals.hpp"
#include "storage/tables/outbox.hpp"
#include "storage/tables/timers.hpp"
#include "storage/tables/visitors.hpp"

namespace inboxd::storage {

/// What the engine said went wrong, sorted by what the caller must do.
enum class FailureKind {
  unavailable,  // full disk, locked, I/O error that may pass: refuse with storage_unavailable and go on
  sync_failed,  // a failed fsync: nothing that was written can be trusted, the process ends
  corrupt,      // refuse to start, or end
};

class StorageFailure : public std::runtime_error {
 public:
  StorageFailure(FailureKind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] FailureKind kind() const { return kind_; }

 private:
  FailureKind kind_;
};

/// All tables, within one transaction. Const access reads, the rest writes.
class Tables {
 public:
  virtual ~Tables() = default;
  virtual AgentTable& agents() = 0;
  virtual AttachmentTable& attachments() = 0;
  virtual AuditTable& audit() = 0;
  virtual ContactTable& contacts() = 0;
  virtual ConversationTable& conversations() = 0;
  virtual EventLog& events() = 0;
  virtual IdempotencyTable& idempotency() = 0;
  virtual InboxTable& inboxes() = 0;
  virtual MessageTable& messages() = 0;
  virtual OriginalTable& originals() = 0;
  virtual OutboxTable& outbox() = 0;
  virtual TimerTable& timers() = 0;
  virtual VisitorTable& visitors() = 0;
  [[nodiscard]] virtual const AgentTable& agents() const = 0;
  [[nodiscard]] virtual const AttachmentTable& attachments() const = 0;
  [[nodiscard]] virtual const AuditTable& audit() const = 0;
  [[nodiscard]] virtual const ContactTable& contacts() const = 0;
  [[nodiscard]] virtual const ConversationTable& conversations() const = 0;
  [[nodiscard]] virtual const EventLog& events() const = 0;
  [[nodiscard]] virtual const IdempotencyTable& idempotency() const = 0;
  [[nodiscard]] virtual const InboxTable& inboxes() const = 0;
  [[nodiscard]] virtual const MessageTable& messages() const = 0;
  [[nodiscard]] virtual const OriginalTable& originals() const = 0;
  [[nodiscard]] virtual const OutboxTable& outbox() const = 0;
  [[nodiscard]] virtual const TimerTable& timers() const = 0;
  [[nodiscard]] virtual const VisitorTable& visitors() const = 0;
};

/// The one connection that writes and checkpoints; owned by one thread.
///
///     writer.begin();
///     for (command) { writer.savepoint(); run ? writer.release() : writer.rollback_to_savepoint(); }
///     // or without savepoints, and all of it again with them when a refused command has changed rows
///     writer.commit();       // durable when it returns
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void begin() = 0;
  virtual void savepoint() = 0;
  virtual void release() = 0;
  virtual void rollback_to_savepoint() = 0;
  /// Durable (synchronous=FULL) when it returns; throws StorageFailure when it is not.
  virtual void commit() = 0;
  virtual void rollback() = 0;
  /// False after an error by which the engine itself ended the transaction (a full disk): all commands are gone.
  [[nodiscard]] virtual bool in_transaction() const = 0;
  /// How many rows have been inserted, changed and deleted since it was opened.
  [[nodiscard]] virtual std::int64_t changes() const = 0;
  /// Whether the transaction (the last one, when none is open) changed rows that somebody waits to act on: of the
  /// outbox, the timers, or the inboxes, which may be paused.
  [[nodiscard]] virtual bool waiting_work_changed() const = 0;
  virtual Tables& tables() = 0;
  /// Within the transaction: another life of the same data, for a restored backup before anything is served from it.
  /// Cursors of the life before are then of another epoch, and the search index is built again. At most 16 of
  /// [0-9a-z], drawn at random; Store::epoch() says it once the store is opened again.
  virtual void begin_new_epoch(std::string_view epoch) = 0;
};

/// A read-only connection; owned by one thread at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  /// Runs within one read transaction: everything seen belongs to one moment.
  virtual void read(const std::function<void(const Tables&)>& fn) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  /// At most one at a time.
  virtual std::unique_ptr<Writer> open_writer() = 0;
  virtual std::unique_ptr<Reader> open_reader() = 0;
  /// Which life of the data this is: changes when a backup is restored. At most 16 of [0-9a-z].
  [[nodiscard]] virtual std::string epoch() const = 0;
};

}  // namespace inboxd::storage
