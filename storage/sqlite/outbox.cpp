// The outbox.
#include "storage/sqlite/outbox.hpp"

#include <algorithm>

#include "storage/sqlite/id_list.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

// `state <> 'sent'` is said beside every other condition on the state: the engine takes the partial index outbox_open
// only when its own condition stands in the statement.
constexpr SqlPart select_row =
    "SELECT o.id, o.message, o.conversation, o.inbox, o.action, o.state, o.attempt, o.tries, o.held, o.next_try_at, "
    "o.owner, o.lease_until, o.in_flight, o.payload, o.exchanges, o.correlation, o.created_at FROM outbox o";
constexpr auto by_id = select_row + " WHERE o.id = $1";
constexpr auto newest_send = select_row + " WHERE o.message = $1 AND o.action = 'send' ORDER BY o.id DESC LIMIT 1";
constexpr auto newest_changes = select_row + " WHERE o.message = $1 AND o.action <> 'send' ORDER BY o.id DESC LIMIT $2";
constexpr auto by_correlation =
    select_row + " WHERE o.inbox = $1 AND o.correlation = $2 AND o.correlation <> '' ORDER BY o.id DESC LIMIT 1";
constexpr auto due_heads_of_inbox = select_row +
                                    " WHERE o.state = 'queued' AND o.state <> 'sent' AND o.inbox = $1 AND o.held = 0 "
                                    "AND (o.next_try_at IS NULL OR o.next_try_at <= $2) "
                                    "AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.conversation = o.conversation "
                                    "AND p.state IN ('queued', 'sending') AND p.id < o.id) ORDER BY o.id LIMIT $3";
constexpr auto left_sending =
    select_row +
    " WHERE o.state = 'sending' AND o.state <> 'sent' AND (o.owner <> $1 OR coalesce(o.lease_until, 0) <= $2) "
    "ORDER BY o.id LIMIT $3";
constexpr auto queued_by_hold =
    select_row + " WHERE o.state = 'queued' AND o.state <> 'sent' AND o.held = $1 ORDER BY o.id LIMIT $2";
constexpr auto in_states =
    select_row +
    " WHERE o.state <> 'sent' AND o.state IN (SELECT value FROM json_each($1)) AND o.id > $2 ORDER BY o.id LIMIT $3";
constexpr auto in_states_with_sent =
    select_row + " WHERE o.state IN (SELECT value FROM json_each($1)) AND o.id > $2 ORDER BY o.id LIMIT $3";

OutboxRow read_row(const Query& query) {
  OutboxRow row;
  query.read(row.id, row.message, row.conversation, row.inbox, row.action, row.state, row.attempt, row.tries, row.held,
             row.next_try_at, row.owner, row.lease_until, row.in_flight, row.payload, row.exchanges, row.correlation,
             row.created_at);
  return row;
}

std::optional<OutboxRow> first_row(Query&& query) {
  if (!query.next()) return std::nullopt;
  return read_row(query);
}

void append_rows(std::vector<OutboxRow>& rows, Query&& query) {
  while (query.next()) rows.push_back(read_row(query));
}

std::vector<InboxId> sending_inboxes(Connection& connection, const std::vector<InboxId>& busy) {
  std::vector<InboxId> inboxes;
  Query query(connection,
              "SELECT id FROM inboxes WHERE enabled = 1 AND removed = 0 AND outbound_paused IS NULL "
              "AND id NOT IN (SELECT value FROM json_each($1)) ORDER BY id",
              id_list(busy));
  while (query.next()) inboxes.push_back(query.value<InboxId>());
  return inboxes;
}

}  // namespace

std::optional<OutboxRow> SqliteOutboxTable::find(OutboxId id) const { return first_row(Query(connection_, by_id, id)); }

std::optional<OutboxRow> SqliteOutboxTable::send_of(MessageId message) const {
  return first_row(Query(connection_, newest_send, message));
}

std::vector<OutboxRow> SqliteOutboxTable::changes_of(MessageId message, int limit) const {
  std::vector<OutboxRow> rows;
  append_rows(rows, Query(connection_, newest_changes, message, limit));
  return rows;
}

std::optional<OutboxRow> SqliteOutboxTable::find_by_correlation(InboxId inbox, std::string_view correlation) const {
  return first_row(Query(connection_, by_correlation, inbox, correlation));
}

std::vector<OutboxRow> SqliteOutboxTable::due(Timestamp now, const std::vector<InboxId>& busy_inboxes,
                                              int limit) const {
  // Inbox by inbox, so that the backlog of a paused one is never read.
  std::vector<OutboxRow> rows;
  for (const auto inbox : sending_inboxes(connection_, busy_inboxes))
    append_rows(rows, Query(connection_, due_heads_of_inbox, inbox, now, limit));
  std::sort(rows.begin(), rows.end(), [](const OutboxRow& a, const OutboxRow& b) { return a.id < b.id; });
  if (rows.size() > static_cast<std::size_t>(limit)) rows.erase(rows.begin() + limit, rows.end());
  return rows;
}

std::optional<Timestamp> SqliteOutboxTable::next_due(Timestamp after) const {
  Query query(connection_,
              "SELECT next_try_at FROM outbox WHERE state = 'queued' AND next_try_at IS NOT NULL AND next_try_at > $1 "
              "AND held = 0 ORDER BY next_try_at LIMIT 1",
              after);
  if (!query.next()) return std::nullopt;
  return query.value<Timestamp>();
}

std::vector<OutboxRow> SqliteOutboxTable::abandoned(std::string_view owner, Timestamp now, int limit) const {
  std::vector<OutboxRow> rows;
  append_rows(rows, Query(connection_, left_sending, owner, now, limit));
  return rows;
}

std::vector<OutboxRow> SqliteOutboxTable::list(const std::vector<DeliveryState>& states, std::optional<OutboxId> after,
                                               int limit) const {
  static const std::vector<DeliveryState> unsettled{DeliveryState::queued, DeliveryState::sending,
                                                    DeliveryState::uncertain, DeliveryState::failed};
  const auto& wanted = states.empty() ? unsettled : states;
  const bool sent = std::find(wanted.begin(), wanted.end(), DeliveryState::sent) != wanted.end();
  std::vector<OutboxRow> rows;
  append_rows(rows, Query(connection_, sent ? Sql(in_states_with_sent) : Sql(in_states), word_list(wanted),
                          after ? after->value : 0, limit));
  return rows;
}

std::vector<OutboxRow> SqliteOutboxTable::queued(Held held, int limit) const {
  std::vector<OutboxRow> rows;
  append_rows(rows, Query(connection_, queued_by_hold, held == Held::yes, limit));
  return rows;
}

OutboxCounts SqliteOutboxTable::counts() const {
  OutboxCounts counts;
  Query query(connection_,
              "SELECT (SELECT count(*) FROM outbox WHERE state = 'queued' AND state <> 'sent'), "
              "(SELECT count(*) FROM outbox WHERE state = 'queued' AND state <> 'sent' AND held = 1), "
              "(SELECT count(*) FROM outbox WHERE state = 'sending' AND state <> 'sent'), "
              "(SELECT count(*) FROM outbox WHERE state = 'failed' AND state <> 'sent'), "
              "(SELECT count(*) FROM outbox WHERE state = 'uncertain' AND state <> 'sent'), "
              "(SELECT min(created_at) FROM outbox WHERE state = 'queued' AND state <> 'sent')");
  query.next();
  query.read(counts.queued, counts.held, counts.sending, counts.failed, counts.uncertain, counts.oldest_queued);
  return counts;
}

OutboxId SqliteOutboxTable::insert(const OutboxRow& row) {
  execute(connection_,
          "INSERT INTO outbox (message, conversation, inbox, action, state, attempt, tries, held, next_try_at, owner, "
          "lease_until, in_flight, payload, exchanges, correlation, created_at) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
          row.message, row.conversation, row.inbox, row.action, row.state, row.attempt, row.tries, row.held,
          row.next_try_at, row.owner, row.lease_until, row.in_flight, row.payload, row.exchanges, row.correlation,
          row.created_at);
  return OutboxId{connection_.last_insert_id()};
}

void SqliteOutboxTable::update(const OutboxRow& row) {
  execute(connection_,
          "UPDATE outbox SET state = $2, attempt = $3, tries = $4, held = $5, next_try_at = $6, owner = $7, "
          "lease_until = $8, in_flight = $9, payload = $10, exchanges = $11, correlation = $12, created_at = $13 "
          "WHERE id = $1",
          row.id, row.state, row.attempt, row.tries, row.held, row.next_try_at, row.owner, row.lease_until,
          row.in_flight, row.payload, row.exchanges, row.correlation, row.created_at);
}

}  // namespace inboxd::storage::sqlite
