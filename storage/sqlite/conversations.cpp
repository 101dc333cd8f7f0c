// Conversations and their tags, but for lists, which are in conversation_list.cpp.
#include "storage/sqlite/conversations.hpp"

#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_conversation =
    "SELECT c.id, c.number, c.inbox, n.name, i.contact, c.identity, i.handle, c.status, c.priority, c.category, "
    "c.subject, c.assignee, c.team, c.language, c.continues, c.snoozed_until, c.created_at, c.updated_at, "
    "c.last_message_at, c.last_customer_message_at, c.unread, c.reply_window_ends_at, c.resolved_at, c.version, "
    "EXISTS (SELECT 1 FROM conversation_tags t WHERE t.conversation = c.id) "
    "FROM conversations c JOIN identities i ON i.id = c.identity JOIN inboxes n ON n.id = c.inbox";
constexpr auto by_id = select_conversation + " WHERE c.id = $1";
constexpr auto by_number = select_conversation + " WHERE c.number = $1";
constexpr auto newest_by_identity = select_conversation + " WHERE c.identity = $1 ORDER BY c.id DESC LIMIT 1";

std::vector<std::string> tags_of(Connection& connection, ConversationId id) {
  std::vector<std::string> tags;
  Query query(connection, "SELECT tag FROM conversation_tags WHERE conversation = $1 ORDER BY tag", id);
  while (query.next()) tags.push_back(query.value<std::string>());
  return tags;
}

std::optional<Conversation> first_conversation(Connection& connection, Query&& query) {
  if (!query.next()) return std::nullopt;
  Conversation c;
  bool tagged = false;
  query.read(c.id, c.number, c.inbox, c.inbox_name, c.contact, c.identity, c.thread, c.status, c.priority, c.category,
             c.subject, c.assignee, c.team, c.language, c.continues, c.snoozed_until, c.created_at, c.updated_at,
             c.last_message_at, c.last_customer_message_at, c.unread, c.reply_window_ends_at, c.resolved_at, c.version,
             tagged);
  if (tagged) c.tags = tags_of(connection, c.id);
  return c;
}

void insert_tags(Connection& connection, ConversationId id, const std::vector<std::string>& tags) {
  for (const auto& tag : tags)
    execute(connection, "INSERT INTO conversation_tags (conversation, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING", id,
            tag);
}

std::int64_t next_ticket_number(Connection& connection) {
  Query query(connection, "UPDATE counters SET value = value + 1 WHERE name = 'ticket_number' RETURNING value");
  query.next();
  return query.value<std::int64_t>();
}

}  // namespace

std::optional<Conversation> SqliteConversationTable::find(ConversationId id) const {
  return first_conversation(connection_, Query(connection_, by_id, id));
}

std::optional<Conversation> SqliteConversationTable::find_by_number(std::int64_t ticket_number) const {
  return first_conversation(connection_, Query(connection_, by_number, ticket_number));
}

std::optional<Conversation> SqliteConversationTable::newest_of(IdentityId identity) const {
  return first_conversation(connection_, Query(connection_, newest_by_identity, identity));
}

std::vector<ConversationId> SqliteConversationTable::of_identity(IdentityId identity, ConversationId from,
                                                                 int limit) const {
  std::vector<ConversationId> conversations;
  Query query(connection_, "SELECT id FROM conversations WHERE identity = $1 AND id >= $2 ORDER BY id LIMIT $3",
              identity, from, limit);
  while (query.next()) conversations.push_back(query.value<ConversationId>());
  return conversations;
}

Conversation SqliteConversationTable::insert(Conversation c) {
  c.number = next_ticket_number(connection_);
  execute(connection_,
          "INSERT INTO conversations (number, inbox, identity, status, priority, category, subject, assignee, team, "
          "language, continues, snoozed_until, created_at, updated_at, last_message_at, last_customer_message_at, "
          "unread, reply_window_ends_at, resolved_at, version) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
          c.number, c.inbox, c.identity, c.status, c.priority, c.category, c.subject, c.assignee, c.team, c.language,
          c.continues, c.snoozed_until, c.created_at, c.updated_at, c.last_message_at, c.last_customer_message_at,
          c.unread, c.reply_window_ends_at, c.resolved_at, c.version);
  c.id = ConversationId{connection_.last_insert_id()};
  insert_tags(connection_, c.id, c.tags);
  return c;
}

void SqliteConversationTable::update(const Conversation& c) {
  execute(connection_,
          "UPDATE conversations SET status = $2, priority = $3, category = $4, subject = $5, assignee = $6, team = $7, "
          "language = $8, continues = $9, snoozed_until = $10, updated_at = $11, last_message_at = $12, "
          "last_customer_message_at = $13, unread = $14, reply_window_ends_at = $15, resolved_at = $16, version = $17 "
          "WHERE id = $1",
          c.id, c.status, c.priority, c.category, c.subject, c.assignee, c.team, c.language, c.continues,
          c.snoozed_until, c.updated_at, c.last_message_at, c.last_customer_message_at, c.unread,
          c.reply_window_ends_at, c.resolved_at, c.version);
  if (tags_of(connection_, c.id) == c.tags) return;
  execute(connection_, "DELETE FROM conversation_tags WHERE conversation = $1", c.id);
  insert_tags(connection_, c.id, c.tags);
}

void SqliteConversationTable::touch(const Conversation& c) {
  execute(connection_,
          "UPDATE conversations SET last_message_at = $2, last_customer_message_at = $3, unread = $4, "
          "reply_window_ends_at = $5, updated_at = $6, version = $7 WHERE id = $1",
          c.id, c.last_message_at, c.last_customer_message_at, c.unread, c.reply_window_ends_at, c.updated_at,
          c.version);
}

}  // namespace inboxd::storage::sqlite
