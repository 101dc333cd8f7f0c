// What clings to a message: the providers' ids for it, reactions, and what came before the message or its id: receipts,
// changes, and answers.
#include "storage/sqlite/messages.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

/// What is about messages that another program sent, or from before us, finds no message ever: it goes after this long.
constexpr Milliseconds parking_max = std::chrono::hours(24 * 7);

void add_external_id(Connection& connection, MessageId id, const std::string& external_id) {
  const int became_first = execute(
      connection, "UPDATE messages SET external_id = $2 WHERE id = $1 AND external_id IS NULL", id, external_id);
  if (became_first == 1) return;
  execute(connection,
          "INSERT INTO message_external_ids (message, position, inbox, external_id) SELECT m.id, (SELECT count(*) "
          "FROM message_external_ids e WHERE e.message = m.id), m.inbox, $2 FROM messages m WHERE m.id = $1 "
          "AND m.external_id <> $2 AND NOT EXISTS (SELECT 1 FROM message_external_ids e WHERE e.message = m.id "
          "AND e.external_id = $2)",
          id, external_id);
}

}  // namespace

std::optional<MessageId> SqliteMessageTable::find_by_external(InboxId inbox, std::string_view external_id) const {
  Query first(connection_, "SELECT id FROM messages WHERE inbox = $1 AND external_id = $2 ORDER BY id DESC LIMIT 1",
              inbox, external_id);
  if (first.next()) return first.value<MessageId>();
  Query further(connection_,
                "SELECT message FROM message_external_ids WHERE inbox = $1 AND external_id = $2 "
                "ORDER BY message DESC LIMIT 1",
                inbox, external_id);
  if (further.next()) return further.value<MessageId>();
  return std::nullopt;
}

std::vector<std::string> SqliteMessageTable::external_ids(MessageId id) const {
  std::vector<std::string> external_ids;
  Query query(connection_,
              "SELECT external_id, -1 AS place FROM messages WHERE id = $1 AND external_id IS NOT NULL UNION ALL "
              "SELECT external_id, position FROM message_external_ids WHERE message = $1 ORDER BY place",
              id);
  while (query.next()) external_ids.push_back(query.value<std::string>());
  return external_ids;
}

void SqliteMessageTable::add_external_ids(MessageId id, const std::vector<std::string>& external_ids) {
  for (const auto& external_id : external_ids) add_external_id(connection_, id, external_id);
}

void SqliteMessageTable::set_reactions(MessageId id, const Author& author, const std::vector<std::string>& emojis,
                                       Timestamp at) {
  execute(connection_, "DELETE FROM reactions WHERE message = $1 AND author_kind = $2 AND author_id = $3", id,
          author.kind, author.id);
  for (std::size_t position = 0; position < emojis.size(); ++position)
    execute(connection_,
            "INSERT INTO reactions (message, author_kind, author_id, position, emoji, reacted_at) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            id, author.kind, author.id, static_cast<std::int64_t>(position), emojis[position], at);
}

void SqliteMessageTable::park_receipt(InboxId inbox, std::string_view external_id, const ParkedReceipt& receipt) {
  // The oldest two make room when their time is over, so the table cannot grow without end.
  execute(connection_,
          "DELETE FROM parked_receipts WHERE id IN (SELECT id FROM parked_receipts ORDER BY id LIMIT 2) "
          "AND reported_at < $1",
          receipt.at - parking_max);
  const auto& reason = receipt.reason;
  execute(connection_,
          "INSERT INTO parked_receipts (inbox, external_id, state, reason_code, reason_detail, reported_at) "
          "VALUES ($1, $2, $3, $4, $5, $6)",
          inbox, external_id, receipt.state, reason ? std::optional(reason->code) : std::nullopt,
          reason ? std::optional(reason->detail) : std::nullopt, receipt.at);
}

std::vector<ParkedReceipt> SqliteMessageTable::take_parked_receipts(InboxId inbox, std::string_view external_id) {
  std::vector<ParkedReceipt> receipts;
  {
    Query query(connection_,
                "SELECT state, reported_at, reason_code, reason_detail FROM parked_receipts "
                "WHERE inbox = $1 AND external_id = $2 ORDER BY id",
                inbox, external_id);
    while (query.next()) {
      ParkedReceipt& receipt = receipts.emplace_back();
      std::optional<std::string> code;
      std::optional<std::string> detail;
      query.read(receipt.state, receipt.at, code, detail);
      if (code) receipt.reason = {*code, detail.value_or("")};
    }
  }
  if (!receipts.empty())
    execute(connection_, "DELETE FROM parked_receipts WHERE inbox = $1 AND external_id = $2", inbox, external_id);
  return receipts;
}

void SqliteMessageTable::park_change(InboxId inbox, std::string_view external_id, const ParkedChange& change) {
  // As with receipts.
  execute(connection_,
          "DELETE FROM parked_changes WHERE id IN (SELECT id FROM parked_changes ORDER BY id LIMIT 2) "
          "AND parked_at < $1",
          change.at - parking_max);
  execute(connection_,
          "INSERT INTO parked_changes (inbox, external_id, event, original, parked_at) VALUES ($1, $2, $3, $4, $5)",
          inbox, external_id, change.event, change.original, change.at);
}

std::vector<ParkedChange> SqliteMessageTable::take_parked_changes(InboxId inbox, std::string_view external_id) {
  std::vector<ParkedChange> changes;
  {
    Query query(
        connection_,
        "SELECT event, original, parked_at FROM parked_changes WHERE inbox = $1 AND external_id = $2 ORDER BY id",
        inbox, external_id);
    while (query.next()) {
      ParkedChange& change = changes.emplace_back();
      query.read(change.event, change.original, change.at);
    }
  }
  if (!changes.empty())
    execute(connection_, "DELETE FROM parked_changes WHERE inbox = $1 AND external_id = $2", inbox, external_id);
  return changes;
}

void SqliteMessageTable::await_references(MessageId id, InboxId inbox, const std::vector<std::string>& external_ids,
                                          Timestamp at) {
  for (const auto& external_id : external_ids) {
    // As with receipts.
    execute(connection_,
            "DELETE FROM awaited_references WHERE id IN (SELECT id FROM awaited_references ORDER BY id LIMIT 20) "
            "AND noted_at < $1",
            at - parking_max);
    execute(connection_,
            "INSERT INTO awaited_references (inbox, external_id, message, noted_at) VALUES ($1, $2, $3, $4)", inbox,
            external_id, id, at);
  }
}

std::vector<MessageId> SqliteMessageTable::awaiting(InboxId inbox, std::string_view external_id) const {
  std::vector<MessageId> found;
  Query query(connection_,
              "SELECT message FROM awaited_references WHERE inbox = $1 AND external_id = $2 ORDER BY id LIMIT 10",
              inbox, external_id);
  while (query.next()) found.push_back(query.value<MessageId>());
  return found;
}

}  // namespace inboxd::storage::sqlite
