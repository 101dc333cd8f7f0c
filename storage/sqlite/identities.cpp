// The identities' half of the contact table: who a handle or an alias belongs to.
#include "storage/sqlite/contacts.hpp"
#include "storage/sqlite/identity_rows.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_identity =
    "SELECT i.id, i.contact, i.inbox, n.name, n.connector, i.handle, i.name, i.username, i.phone, i.verified, "
    "i.unreachable_since FROM identities i JOIN inboxes n ON n.id = i.inbox";
constexpr auto by_id = select_identity + " WHERE i.id = $1";
constexpr auto by_handle =
    select_identity + " JOIN identity_handles h ON h.identity = i.id WHERE h.inbox = $1 AND h.handle = $2";
constexpr auto by_contact = select_identity + " WHERE i.contact = $1 ORDER BY i.id";

Identity read_identity(Connection& connection, const Query& row) {
  Identity identity;
  row.read(identity.id, identity.contact, identity.inbox, identity.inbox_name, identity.connector, identity.handle,
           identity.name, identity.username, identity.phone, identity.verified, identity.unreachable_since);
  Query aliases(connection, "SELECT handle FROM identity_handles WHERE identity = $1 AND handle <> $2 ORDER BY handle",
                identity.id, identity.handle);
  while (aliases.next()) identity.aliases.push_back(aliases.value<std::string>());
  return identity;
}

std::optional<Identity> first_identity(Connection& connection, Query&& query) {
  if (!query.next()) return std::nullopt;
  return read_identity(connection, query);
}

/// A handle that another identity of the inbox holds stays with that one.
void add_aliases(Connection& connection, const Identity& identity, IdentityId id) {
  for (const auto& alias : identity.aliases)
    execute(connection,
            "INSERT INTO identity_handles (inbox, handle, identity) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            identity.inbox, alias, id);
}

}  // namespace

std::vector<Identity> identities_of(Connection& connection, ContactId contact) {
  std::vector<Identity> identities;
  Query query(connection, by_contact, contact);
  while (query.next()) identities.push_back(read_identity(connection, query));
  return identities;
}

std::optional<Identity> SqliteContactTable::find_identity(IdentityId id) const {
  return first_identity(connection_, Query(connection_, by_id, id));
}

std::optional<Identity> SqliteContactTable::find_identity(InboxId inbox, std::string_view handle) const {
  return first_identity(connection_, Query(connection_, by_handle, inbox, handle));
}

IdentityId SqliteContactTable::insert_identity(const Identity& identity) {
  execute(connection_,
          "INSERT INTO identities (contact, inbox, handle, name, username, phone, verified, unreachable_since) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
          identity.contact, identity.inbox, identity.handle, identity.name, identity.username, identity.phone,
          identity.verified, identity.unreachable_since);
  const IdentityId id{connection_.last_insert_id()};
  execute(connection_, "INSERT INTO identity_handles (inbox, handle, identity) VALUES ($1, $2, $3)", identity.inbox,
          identity.handle, id);
  add_aliases(connection_, identity, id);
  return id;
}

void SqliteContactTable::update_identity(const Identity& identity) {
  execute(connection_,
          "UPDATE identities SET contact = $2, name = $3, username = $4, phone = $5, verified = $6, "
          "unreachable_since = $7 WHERE id = $1",
          identity.id, identity.contact, identity.name, identity.username, identity.phone, identity.verified,
          identity.unreachable_since);
  add_aliases(connection_, identity, identity.id);
}

void SqliteContactTable::rename_identity(IdentityId id, std::string_view handle) {
  // A handle that another identity holds violates the primary key of identity_handles: the caller looks first.
  execute(connection_, "UPDATE identities SET handle = $2 WHERE id = $1", id, handle);
  execute(connection_,
          "INSERT INTO identity_handles (inbox, handle, identity) SELECT inbox, $2, id FROM identities WHERE id = $1 "
          "AND NOT EXISTS (SELECT 1 FROM identity_handles h WHERE h.identity = $1 AND h.handle = $2)",
          id, handle);
}

}  // namespace inboxd::storage::sqlite
