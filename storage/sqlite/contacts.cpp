// Contacts and the record of their merges; their identities are in identities.cpp.
#include "storage/sqlite/contacts.hpp"

#include <limits>

#include <boost/json.hpp>

#include "storage/sqlite/id_list.hpp"
#include "storage/sqlite/identity_rows.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_contact =
    "SELECT c.id, c.name, c.tier, c.language, c.attributes, c.merged_into, c.created_at, c.updated_at, c.version "
    "FROM contacts c";
constexpr auto by_id = select_contact + " WHERE c.id = $1";
constexpr auto page_of_visible =
    select_contact +
    " WHERE c.id < $1 AND c.merged_into IS NULL AND EXISTS (SELECT 1 FROM identities i WHERE i.contact = c.id "
    "AND ($2 IS NULL OR i.inbox IN (SELECT value FROM json_each($2)))) "
    "AND ($3 IS NULL OR c.name LIKE $3 ESCAPE '\\' OR EXISTS (SELECT 1 FROM identities i WHERE i.contact = c.id "
    "AND ($2 IS NULL OR i.inbox IN (SELECT value FROM json_each($2))) "
    "AND (i.handle LIKE $3 ESCAPE '\\' OR i.name LIKE $3 ESCAPE '\\'))) ORDER BY c.id DESC LIMIT $4";

std::string attributes_text(const std::map<std::string, std::string>& attributes) {
  boost::json::object object;
  for (const auto& [name, value] : attributes) object.emplace(name, value);
  return boost::json::serialize(object);
}

/// Whatever a row holds can be shown: texts that are no UTF-8 stay as they are, for whoever writes them out to replace.
std::map<std::string, std::string> read_attributes(std::string_view text) {
  std::map<std::string, std::string> attributes;
  boost::json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;
  boost::system::error_code broken;
  const auto parsed = boost::json::parse(text, broken, {}, lenient);
  if (broken || !parsed.is_object()) return attributes;
  for (const auto& [name, value] : parsed.get_object())
    if (value.is_string()) attributes.emplace(name, std::string_view(value.get_string()));
  return attributes;
}

Contact read_contact(Connection& connection, const Query& row) {
  Contact contact;
  std::string attributes;
  row.read(contact.id, contact.name, contact.tier, contact.language, attributes, contact.merged_into,
           contact.created_at, contact.updated_at, contact.version);
  if (attributes != "{}") contact.attributes = read_attributes(attributes);
  contact.identities = identities_of(connection, contact.id);
  return contact;
}

/// The query's own wildcards lose their meaning.
std::string contains_pattern(std::string_view part) {
  std::string pattern = "%";
  for (const char c : part) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern += '%';
}

}  // namespace

std::optional<Contact> SqliteContactTable::find(ContactId id) const {
  Query query(connection_, by_id, id);
  if (!query.next()) return std::nullopt;
  return read_contact(connection_, query);
}

std::vector<Contact> SqliteContactTable::list(const Agent& viewer, const ContactPage& page) const {
  const auto pattern = page.query.empty() ? std::nullopt : std::optional(contains_pattern(page.query));
  std::vector<Contact> contacts;
  Query query(connection_, page_of_visible, page.after ? page.after->value : std::numeric_limits<std::int64_t>::max(),
              visible_inboxes(viewer, {}), pattern, page.limit);
  while (query.next()) contacts.push_back(read_contact(connection_, query));
  return contacts;
}

std::optional<std::string> SqliteContactTable::language_of(ContactId id) const {
  Query query(connection_, "SELECT language FROM contacts WHERE id = $1", id);
  return query.next() ? query.value<std::optional<std::string>>() : std::nullopt;
}

std::vector<InboxId> SqliteContactTable::inboxes_of(ContactId id) const {
  std::vector<InboxId> inboxes;
  Query query(connection_, "SELECT DISTINCT inbox FROM identities WHERE contact = $1 ORDER BY inbox", id);
  while (query.next()) inboxes.push_back(query.value<InboxId>());
  return inboxes;
}

std::optional<ContactMerge> SqliteContactTable::find_merge(ContactId into,
                                                           const std::vector<IdentityId>& identities) const {
  Query query(connection_,
              "SELECT into_contact, from_contact, identities, by_agent, merged_at FROM contact_merges "
              "WHERE into_contact = $1 AND identities = $2 AND undone_at IS NULL ORDER BY id DESC LIMIT 1",
              into, id_list(identities));
  if (!query.next()) return std::nullopt;
  ContactMerge merge;
  std::string brought;
  query.read(merge.into, merge.from, brought, merge.by, merge.at);
  merge.identities = parse_id_list<IdentityId>(brought);
  return merge;
}

ContactId SqliteContactTable::insert(const Contact& contact) {
  execute(connection_,
          "INSERT INTO contacts (name, tier, language, attributes, merged_into, created_at, updated_at, version) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
          contact.name, contact.tier, contact.language, attributes_text(contact.attributes), contact.merged_into,
          contact.created_at, contact.updated_at, contact.version);
  return ContactId{connection_.last_insert_id()};
}

void SqliteContactTable::update(const Contact& contact) {
  execute(connection_,
          "UPDATE contacts SET name = $2, tier = $3, language = $4, attributes = $5, merged_into = $6, "
          "updated_at = $7, version = $8 WHERE id = $1",
          contact.id, contact.name, contact.tier, contact.language, attributes_text(contact.attributes),
          contact.merged_into, contact.updated_at, contact.version);
}

void SqliteContactTable::record_merge(const ContactMerge& merge) {
  execute(connection_,
          "INSERT INTO contact_merges (into_contact, from_contact, identities, by_agent, merged_at) "
          "VALUES ($1, $2, $3, $4, $5)",
          merge.into, merge.from, id_list(merge.identities), merge.by, merge.at);
}

void SqliteContactTable::mark_merge_undone(ContactId into, ContactId from, Timestamp at) {
  execute(connection_,
          "UPDATE contact_merges SET undone_at = $3 WHERE id = (SELECT max(id) FROM contact_merges "
          "WHERE into_contact = $1 AND from_contact = $2 AND undone_at IS NULL)",
          into, from, at);
}

}  // namespace inboxd::storage::sqlite
