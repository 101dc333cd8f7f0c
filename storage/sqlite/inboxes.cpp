// Inboxes, their health and the connectors' state.
#include "storage/sqlite/inboxes.hpp"

#include "storage/sqlite/master_key.hpp"
#include "storage/sqlite/query.hpp"
#include "storage/store.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_inbox =
    "SELECT id, name, connector, account, enabled, removed, health_state, health_code, health_detail, health_since, "
    "outbound_paused, version FROM inboxes";
constexpr auto by_id = select_inbox + " WHERE id = $1";
constexpr auto by_name = select_inbox + " WHERE name = $1";
constexpr auto every_inbox = select_inbox + " ORDER BY id";

Inbox read_inbox(const Query& row) {
  Inbox inbox;
  row.read(inbox.id, inbox.name, inbox.connector, inbox.account, inbox.enabled, inbox.removed, inbox.health.state,
           inbox.health.code, inbox.health.detail, inbox.health.since, inbox.outbound_paused, inbox.version);
  return inbox;
}

std::optional<Inbox> first_inbox(Query&& query) {
  if (!query.next()) return std::nullopt;
  return read_inbox(query);
}

}  // namespace

std::optional<Inbox> SqliteInboxTable::find(InboxId id) const { return first_inbox(Query(connection_, by_id, id)); }

std::optional<Inbox> SqliteInboxTable::find_by_name(std::string_view name) const {
  return first_inbox(Query(connection_, by_name, name));
}

std::vector<Inbox> SqliteInboxTable::list() const {
  std::vector<Inbox> inboxes;
  Query query(connection_, every_inbox);
  while (query.next()) inboxes.push_back(read_inbox(query));
  return inboxes;
}

std::string SqliteInboxTable::connector_state(InboxId id) const {
  Query query(connection_, "SELECT connector_state, connector_state_key FROM inboxes WHERE id = $1", id);
  if (!query.next()) return {};
  std::string state, key_id;
  query.read(state, key_id);
  if (key_id.empty()) return state;
  auto plain = seal_ != nullptr ? seal_->open(state, key_id, place_of_state(id)) : std::nullopt;
  if (!plain)
    throw StorageFailure(FailureKind::unavailable, "a connector's state is sealed by the master key " + key_id);
  return *std::move(plain);
}

std::string SqliteInboxTable::stream_state(InboxId id, std::string_view stream) const {
  Query query(connection_, "SELECT state FROM stream_states WHERE inbox = $1 AND stream = $2", id, stream);
  return query.next() ? query.value<std::string>() : std::string();
}

InboxId SqliteInboxTable::insert(const Inbox& inbox) {
  execute(connection_,
          "INSERT INTO inboxes (name, connector, account, enabled, removed, health_state, health_code, health_detail, "
          "health_since, outbound_paused, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
          inbox.name, inbox.connector, inbox.account, inbox.enabled, inbox.removed, inbox.health.state,
          inbox.health.code, inbox.health.detail, inbox.health.since, inbox.outbound_paused, inbox.version);
  return InboxId{connection_.last_insert_id()};
}

void SqliteInboxTable::update(const Inbox& inbox) {
  execute(connection_,
          "UPDATE inboxes SET account = $2, enabled = $3, removed = $4, health_state = $5, health_code = $6, "
          "health_detail = $7, health_since = $8, outbound_paused = $9, version = $10 WHERE id = $1",
          inbox.id, inbox.account, inbox.enabled, inbox.removed, inbox.health.state, inbox.health.code,
          inbox.health.detail, inbox.health.since, inbox.outbound_paused, inbox.version);
}

void SqliteInboxTable::set_connector_state(InboxId id, std::string_view state) {
  constexpr Sql update = "UPDATE inboxes SET connector_state = $2, connector_state_key = $3 WHERE id = $1";
  if (seal_ == nullptr || state.empty()) {
    execute(connection_, update, id, Bytes{state}, std::string_view());
    return;
  }
  const auto sealed = seal_->seal(state, place_of_state(id));
  execute(connection_, update, id, Bytes{sealed}, seal_->key_id());
}

void SqliteInboxTable::set_stream_state(InboxId id, std::string_view stream, std::string_view state) {
  execute(connection_,
          "INSERT INTO stream_states (inbox, stream, state) VALUES ($1, $2, $3) "
          "ON CONFLICT (inbox, stream) DO UPDATE SET state = excluded.state",
          id, stream, state);
}

}  // namespace inboxd::storage::sqlite
