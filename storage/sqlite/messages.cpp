// Messages: reading them whole, inserting and changing them. Ids of providers, reactions and parked receipts are in
// message_marks.cpp.
#include "storage/sqlite/messages.hpp"

#include <limits>

#include "schemas/json/content.hpp"
#include "storage/sqlite/id_list.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_message =
    "SELECT m.id, m.conversation, m.inbox, m.direction, m.kind, m.note, m.author_kind, m.author_id, "
    "coalesce(ct.name, ag.name, ''), m.text, m.html, m.content, m.message_group, m.reply_to, m.external_id, "
    "m.created_at, m.received_at, m.edited_at, m.deleted_at, m.version, m.delivery_state, m.delivery_attempt, "
    "m.delivery_reason_code, m.delivery_reason_detail, "
    "EXISTS (SELECT 1 FROM attachments a WHERE a.message = m.id), "
    "EXISTS (SELECT 1 FROM reactions r WHERE r.message = m.id) FROM messages m "
    "LEFT JOIN contacts ct ON m.author_kind = 'contact' AND ct.id = m.author_id "
    "LEFT JOIN agents ag ON m.author_kind = 'agent' AND ag.id = m.author_id";
constexpr auto by_id = select_message + " WHERE m.id = $1";
constexpr auto oldest_of_conversation =
    select_message + " WHERE m.conversation = $1 AND m.id > $2 ORDER BY m.id LIMIT $3";
constexpr auto newest_of_conversation =
    select_message + " WHERE m.conversation = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT $3";

constexpr SqlPart of_contact_in_visible =
    " WHERE m.conversation IN (SELECT c.id FROM identities i JOIN conversations c ON c.identity = i.id "
    "WHERE i.contact = $1) AND ($4 IS NULL OR m.inbox IN (SELECT value FROM json_each($4)))";
constexpr auto oldest_of_contact = select_message + of_contact_in_visible + " AND m.id > $2 ORDER BY m.id LIMIT $3";
constexpr auto newest_of_contact =
    select_message + of_contact_in_visible + " AND m.id < $2 ORDER BY m.id DESC LIMIT $3";

std::vector<Attachment> attachments_of(Connection& connection, MessageId id) {
  std::vector<Attachment> attachments;
  Query query(connection,
              "SELECT id, name, mime, size, state, content_id FROM attachments WHERE message = $1 ORDER BY id", id);
  while (query.next()) {
    Attachment& attachment = attachments.emplace_back();
    query.read(attachment.id, attachment.name, attachment.mime, attachment.size, attachment.state,
               attachment.content_id);
  }
  return attachments;
}

std::vector<Reaction> reactions_of(Connection& connection, MessageId id) {
  std::vector<Reaction> reactions;
  Query query(connection,
              "SELECT r.emoji, r.author_kind, r.author_id, coalesce(ct.name, ag.name, '') FROM reactions r "
              "LEFT JOIN contacts ct ON r.author_kind = 'contact' AND ct.id = r.author_id "
              "LEFT JOIN agents ag ON r.author_kind = 'agent' AND ag.id = r.author_id "
              "WHERE r.message = $1 ORDER BY r.reacted_at, r.author_kind, r.author_id, r.position",
              id);
  while (query.next()) {
    Reaction& reaction = reactions.emplace_back();
    query.read(reaction.emoji, reaction.author.kind, reaction.author.id, reaction.author.name);
  }
  return reactions;
}

struct DeliveryColumns {
  std::optional<DeliveryState> state;
  std::optional<int> attempt;
  std::optional<std::string> reason_code;
  std::optional<std::string> reason_detail;
};

DeliveryColumns delivery_columns(const std::optional<Delivery>& delivery) {
  if (!delivery) return {};
  DeliveryColumns columns{delivery->state, delivery->attempt, {}, {}};
  if (!delivery->reason) return columns;
  columns.reason_code = delivery->reason->code;
  columns.reason_detail = delivery->reason->detail;
  return columns;
}

std::optional<Delivery> delivery_of(DeliveryColumns&& columns, std::vector<std::string>&& external_ids) {
  Delivery delivery{*columns.state, columns.attempt.value_or(1), std::move(external_ids), {}};
  if (columns.reason_code) delivery.reason = {*columns.reason_code, columns.reason_detail.value_or("")};
  return delivery;
}

}  // namespace

std::optional<Message> SqliteMessageTable::next_message(Query& query) const {
  if (!query.next()) return std::nullopt;
  Message m;
  std::string content;
  DeliveryColumns delivery;
  bool has_attachments = false;
  bool has_reactions = false;
  query.read(m.id, m.conversation, m.inbox, m.direction, m.kind, m.note, m.author.kind, m.author.id, m.author.name,
             m.text, m.html, content, m.group, m.reply_to, m.external_id, m.created_at, m.received_at, m.edited_at,
             m.deleted_at, m.version, delivery.state, delivery.attempt, delivery.reason_code, delivery.reason_detail,
             has_attachments, has_reactions);
  if (!content.empty()) m.content = content_from_text(content);
  if (has_attachments) m.attachments = attachments_of(connection_, m.id);
  if (has_reactions) m.reactions = reactions_of(connection_, m.id);
  if (delivery.state) m.delivery = delivery_of(std::move(delivery), external_ids(m.id));
  return m;
}

std::optional<Message> SqliteMessageTable::find(MessageId id) const {
  Query query(connection_, by_id, id);
  return next_message(query);
}

std::vector<Message> SqliteMessageTable::of_conversation(ConversationId id, const MessagePage& page) const {
  const bool oldest_first = page.order == MessageOrder::oldest_first;
  std::vector<Message> messages;
  Query query(connection_, oldest_first ? Sql(oldest_of_conversation) : Sql(newest_of_conversation), id, start_of(page),
              page.limit);
  while (auto message = next_message(query)) messages.push_back(std::move(*message));
  return messages;
}

std::vector<Message> SqliteMessageTable::of_contact(ContactId id, const Agent& viewer, const MessagePage& page) const {
  const bool oldest_first = page.order == MessageOrder::oldest_first;
  std::vector<Message> messages;
  Query query(connection_, oldest_first ? Sql(oldest_of_contact) : Sql(newest_of_contact), id, start_of(page),
              page.limit, visible_inboxes(viewer, {}));
  while (auto message = next_message(query)) messages.push_back(std::move(*message));
  return messages;
}

std::int64_t SqliteMessageTable::start_of(const MessagePage& page) {
  if (page.after) return page.after->value;
  return page.order == MessageOrder::oldest_first ? 0 : std::numeric_limits<std::int64_t>::max();
}

bool SqliteMessageTable::wrote_in(ConversationId id, ContactId author) const {
  Query query(connection_,
              "SELECT 1 FROM messages WHERE conversation = $1 AND author_kind = 'contact' AND author_id = $2 LIMIT 1",
              id, author.value);
  return query.next();
}

int SqliteMessageTable::automatic_answers(IdentityId to, Timestamp since) const {
  Query query(connection_,
              "SELECT count(*) FROM conversations c JOIN messages m ON m.conversation = c.id WHERE c.identity = $1 AND "
              "m.author_kind = 'system' AND m.direction = 'out' AND m.created_at >= $2",
              to, since);
  return query.next() ? query.value<int>() : 0;
}

int SqliteMessageTable::automatic_answers(InboxId inbox, Timestamp since) const {
  Query query(connection_,
              "SELECT count(*) FROM messages WHERE inbox = $1 AND author_kind = 'system' AND direction = 'out' AND "
              "created_at >= $2",
              inbox, since);
  return query.next() ? query.value<int>() : 0;
}

std::string SqliteMessageTable::newest_incoming_external_id(ConversationId id) const {
  Query query(connection_,
              "SELECT external_id FROM messages WHERE conversation = $1 AND direction = 'in' "
              "AND external_id IS NOT NULL ORDER BY id DESC LIMIT 1",
              id);
  return query.next() ? query.value<std::string>() : std::string();
}

MessageId SqliteMessageTable::insert(const Message& m) {
  const auto delivery = delivery_columns(m.delivery);
  execute(connection_,
          "INSERT INTO messages (conversation, inbox, direction, kind, note, author_kind, author_id, text, html, "
          "content, message_group, reply_to, external_id, delivery_state, delivery_attempt, delivery_reason_code, "
          "delivery_reason_detail, created_at, received_at, edited_at, deleted_at, version) VALUES ($1, $2, $3, $4, "
          "$5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
          m.conversation, m.inbox, m.direction, m.kind, m.note, m.author.kind, m.author.id, m.text, m.html,
          content_to_text(m.content), m.group, m.reply_to, m.external_id, delivery.state, delivery.attempt,
          delivery.reason_code, delivery.reason_detail, m.created_at, m.received_at, m.edited_at, m.deleted_at,
          m.version);
  const MessageId id{connection_.last_insert_id()};
  if (m.delivery && !m.delivery->external_ids.empty()) add_external_ids(id, m.delivery->external_ids);
  return id;
}

void SqliteMessageTable::update(const Message& m) {
  execute(connection_,
          "UPDATE messages SET text = $2, html = $3, content = $4, edited_at = $5, deleted_at = $6, version = $7, "
          "kind = $8 WHERE id = $1",
          m.id, m.text, m.html, content_to_text(m.content), m.edited_at, m.deleted_at, m.version, m.kind);
}

void SqliteMessageTable::move(MessageId id, ConversationId to, std::int64_t version) {
  execute(connection_, "UPDATE messages SET conversation = $2, version = $3 WHERE id = $1", id, to, version);
}

void SqliteMessageTable::update_delivery(MessageId id, const Delivery& delivery, std::int64_t version) {
  const auto columns = delivery_columns(delivery);
  execute(connection_,
          "UPDATE messages SET delivery_state = $2, delivery_attempt = $3, delivery_reason_code = $4, "
          "delivery_reason_detail = $5, version = $6 WHERE id = $1",
          id, columns.state, columns.attempt, columns.reason_code, columns.reason_detail, version);
}

}  // namespace inboxd::storage::sqlite
