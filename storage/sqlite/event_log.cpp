// The log. Its sequence is a counter of its own table, so that it follows a rollback, even of a savepoint, and never
// goes back when old events are removed. Within a transaction it is counted in memory and written once.
#include "storage/sqlite/event_log.hpp"

#include "storage/sqlite/query.hpp"
#include "storage/store.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_event =
    "SELECT sequence, type, inbox, conversation, object, version, actor_kind, actor_id, cause, changes, happened_at "
    "FROM events";
constexpr auto after_sequence = select_event + " WHERE sequence > $1 ORDER BY sequence LIMIT $2";

std::vector<Event> read_events(Query&& query) {
  std::vector<Event> events;
  while (query.next()) {
    Event& event = events.emplace_back();
    query.read(event.sequence, event.type, event.inbox, event.conversation, event.object, event.version,
               event.actor.kind, event.actor.id, event.cause, event.changes, event.at);
  }
  return events;
}

}  // namespace

std::int64_t SqliteEventLog::head() const {
  if (given_) return *given_;
  Query query(connection_, "SELECT value FROM counters WHERE name = 'event_sequence'");
  if (!query.next()) throw StorageFailure(FailureKind::corrupt, "the counter of events is missing");
  return query.value<std::int64_t>();
}

std::int64_t SqliteEventLog::oldest() const {
  Query query(connection_, "SELECT min(sequence) FROM events");
  query.next();
  const auto oldest = query.value<std::optional<std::int64_t>>();
  return oldest ? *oldest : head() + 1;
}

std::vector<Event> SqliteEventLog::after(std::int64_t sequence, int limit) const {
  return read_events(Query(connection_, after_sequence, sequence, limit));
}

bool SqliteEventLog::has_news(const ConversationNews& news) const {
  // The condition on the type is word for word that of the index events_messages.
  Query query(connection_,
              "SELECT 1 FROM events e WHERE e.conversation = $1 AND e.sequence > $2 "
              "AND (e.type = 'message.created' OR e.type = 'message.updated') AND CASE e.type "
              "WHEN 'message.updated' THEN e.actor_kind = 'contact' AND e.cause = $4 "
              "ELSE NOT (e.actor_kind = 'agent' AND e.actor_id = $3) AND EXISTS (SELECT 1 FROM messages m "
              "WHERE m.id = e.object AND m.kind <> 'activity' AND m.direction <> 'internal') END LIMIT 1",
              news.conversation, news.after, news.reader, news.cause_of_edit);
  return query.next();
}

std::int64_t SqliteEventLog::append(const Event& event) {
  const auto sequence = head() + 1;
  execute(connection_,
          "INSERT INTO events (sequence, type, inbox, conversation, object, version, actor_kind, actor_id, cause, "
          "changes, happened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
          sequence, event.type, event.inbox, event.conversation, event.object, event.version, event.actor.kind,
          event.actor.id, event.cause, event.changes, event.at);
  given_ = sequence;
  stored_ = false;
  return sequence;
}

void SqliteEventLog::store_head() {
  if (stored_) return;
  execute(connection_, "UPDATE counters SET value = $1 WHERE name = 'event_sequence'", *given_);
  stored_ = true;
}

void SqliteEventLog::forget_head() {
  given_.reset();
  stored_ = true;
}

int SqliteEventLog::remove_before(Timestamp before, int limit) {
  // The first event to keep ends the search: the log is cut at its old end only, never in its middle.
  return execute(connection_,
                 "DELETE FROM events WHERE sequence IN (SELECT sequence FROM events WHERE sequence < coalesce((SELECT "
                 "sequence FROM events WHERE happened_at >= $1 ORDER BY sequence LIMIT 1), 9223372036854775807) "
                 "ORDER BY sequence LIMIT $2)",
                 before, limit);
}

}  // namespace inboxd::storage::sqlite
