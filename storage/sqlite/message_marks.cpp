// What clings to a message: the providers' ids for it, reactions, and receipts that came before their message's id.
#include "storage/sqlite/messages.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

/// Receipts for messages that another program sent find no message ever: they go after this long.
constexpr Milliseconds receipt_parking_max = std::chrono::hours(24 * 7);

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
          receipt.at - receipt_parking_max);
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

}  // namespace inboxd::storage::sqlite
