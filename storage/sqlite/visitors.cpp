// Visitors, what they follow and what they uploaded.
#include "storage/sqlite/visitors.hpp"

#include <algorithm>

#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_visitor =
    "SELECT id, inbox, handle, identity, subject, name, email, language, fields_given, created_at, last_seen_at, "
    "ended_at FROM visitors";
constexpr auto by_id = select_visitor + " WHERE id = $1";
constexpr auto by_token = select_visitor + " WHERE inbox = $1 AND token_hash = $2";

std::optional<Visitor> first_visitor(Query&& query) {
  if (!query.next()) return std::nullopt;
  Visitor visitor;
  query.read(visitor.id, visitor.inbox, visitor.handle, visitor.identity, visitor.subject, visitor.name, visitor.email,
             visitor.language, visitor.fields_given, visitor.created_at, visitor.last_seen_at, visitor.ended_at);
  return visitor;
}

std::vector<ChatEntry> read_entries(Query&& query) {
  std::vector<ChatEntry> entries;
  while (query.next()) {
    auto& entry = entries.emplace_back();
    query.read(entry.seq, entry.message);
  }
  return entries;
}

std::int64_t first_number(Query&& query) { return query.next() ? query.value<std::int64_t>() : 0; }

}  // namespace

std::optional<Visitor> SqliteVisitorTable::find(VisitorId id) const {
  return first_visitor(Query(connection_, by_id, id));
}

std::optional<Visitor> SqliteVisitorTable::find_by_token(InboxId inbox, std::string_view hash) const {
  return first_visitor(Query(connection_, by_token, inbox, Bytes{hash}));
}

VisitorId SqliteVisitorTable::insert(const Visitor& visitor, std::string_view token_hash) {
  execute(connection_,
          "INSERT INTO visitors (inbox, token_hash, handle, identity, subject, name, email, language, fields_given, "
          "created_at, last_seen_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
          visitor.inbox, Bytes{token_hash}, visitor.handle, visitor.identity, visitor.subject, visitor.name,
          visitor.email, visitor.language, visitor.fields_given, visitor.created_at, visitor.last_seen_at,
          visitor.ended_at);
  return VisitorId{connection_.last_insert_id()};
}

void SqliteVisitorTable::update(const Visitor& visitor) {
  execute(connection_,
          "UPDATE visitors SET identity = $2, subject = $3, name = $4, email = $5, language = $6, fields_given = $7, "
          "last_seen_at = $8, ended_at = $9 WHERE id = $1",
          visitor.id, visitor.identity, visitor.subject, visitor.name, visitor.email, visitor.language,
          visitor.fields_given, visitor.last_seen_at, visitor.ended_at);
}

int SqliteVisitorTable::remove_unused(Timestamp before, int limit) {
  return execute(connection_,
                 "DELETE FROM visitors WHERE id IN (SELECT id FROM visitors WHERE identity IS NULL AND "
                 "last_seen_at < $1 ORDER BY last_seen_at LIMIT $2)",
                 before, limit);
}

std::optional<Chat> SqliteVisitorTable::chat(ConversationId conversation) const {
  Query query(connection_, "SELECT conversation, last_seq, delivered_seq, read_seq FROM chats WHERE conversation = $1",
              conversation);
  if (!query.next()) return std::nullopt;
  Chat chat;
  query.read(chat.conversation, chat.last_seq, chat.delivered_seq, chat.read_seq);
  return chat;
}

void SqliteVisitorTable::open_chat(ConversationId conversation) {
  execute(connection_,
          "INSERT INTO chats (conversation, last_seq, delivered_seq, read_seq) VALUES ($1, 0, 0, 0) "
          "ON CONFLICT DO NOTHING",
          conversation);
}

std::int64_t SqliteVisitorTable::append(ConversationId conversation, MessageId message) {
  if (execute(connection_, "UPDATE chats SET last_seq = last_seq + 1 WHERE conversation = $1", conversation) == 0)
    return 0;
  execute(connection_,
          "INSERT INTO chat_entries (conversation, seq, message) SELECT conversation, last_seq, $2 FROM chats "
          "WHERE conversation = $1",
          conversation, message);
  return first_number(Query(connection_, "SELECT last_seq FROM chats WHERE conversation = $1", conversation));
}

void SqliteVisitorTable::update_marks(const Chat& chat) {
  execute(connection_, "UPDATE chats SET delivered_seq = $2, read_seq = $3 WHERE conversation = $1", chat.conversation,
          chat.delivered_seq, chat.read_seq);
}

std::vector<ChatEntry> SqliteVisitorTable::entries_after(ConversationId conversation, std::int64_t seq,
                                                         int limit) const {
  return read_entries(Query(connection_,
                            "SELECT seq, message FROM chat_entries WHERE conversation = $1 AND seq > $2 "
                            "ORDER BY seq LIMIT $3",
                            conversation, seq, limit));
}

std::vector<ChatEntry> SqliteVisitorTable::entries_before(ConversationId conversation, std::int64_t seq,
                                                          int limit) const {
  auto entries = read_entries(Query(connection_,
                                    "SELECT seq, message FROM chat_entries WHERE conversation = $1 AND seq < $2 "
                                    "ORDER BY seq DESC LIMIT $3",
                                    conversation, seq, limit));
  std::reverse(entries.begin(), entries.end());
  return entries;
}

std::int64_t SqliteVisitorTable::first_seq_of(MessageId message) const {
  return first_number(Query(connection_, "SELECT coalesce(min(seq), 0) FROM chat_entries WHERE message = $1", message));
}

std::int64_t SqliteVisitorTable::count_outgoing_after(ConversationId conversation, std::int64_t seq) const {
  return first_number(Query(connection_,
                            "SELECT count(DISTINCT e.message) FROM chat_entries e JOIN messages m ON m.id = e.message "
                            "WHERE e.conversation = $1 AND e.seq > $2 AND m.direction = 'out'",
                            conversation, seq));
}

std::int64_t SqliteVisitorTable::seq_of_incoming(ConversationId conversation, std::int64_t skipped) const {
  return first_number(Query(connection_,
                            "SELECT e.seq FROM chat_entries e JOIN messages m ON m.id = e.message "
                            "WHERE e.conversation = $1 AND m.direction = 'in' ORDER BY e.seq DESC LIMIT 1 OFFSET $2",
                            conversation, skipped));
}

void SqliteVisitorTable::add_upload(VisitorId visitor, AttachmentId attachment, std::uint64_t bytes, Timestamp at) {
  execute(connection_, "INSERT INTO visitor_uploads (attachment, visitor, bytes, uploaded_at) VALUES ($1, $2, $3, $4)",
          attachment, visitor, bytes, at);
}

bool SqliteVisitorTable::uploaded(VisitorId visitor, AttachmentId attachment) const {
  Query query(connection_, "SELECT 1 FROM visitor_uploads WHERE attachment = $1 AND visitor = $2", attachment, visitor);
  return query.next();
}

UploadCount SqliteVisitorTable::uploads_since(VisitorId visitor, Timestamp since) const {
  Query query(connection_,
              "SELECT count(*), coalesce(sum(bytes), 0) FROM visitor_uploads WHERE visitor = $1 AND uploaded_at >= $2",
              visitor, since);
  UploadCount count;
  if (query.next()) query.read(count.files, count.bytes);
  return count;
}

}  // namespace inboxd::storage::sqlite
