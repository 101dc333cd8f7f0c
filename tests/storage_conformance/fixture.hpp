// A fresh store with a writer inside a transaction, and rows to build upon.
#pragma once

#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage::conformance {

inline Timestamp at_ms(std::int64_t ms) { return from_unix_ms(1'700'000'000'000 + ms); }

template <class BackEnd>
class Fixture {
 public:
  Fixture() : opened(BackEnd::open(folder.path() / "store")), writer(opened.store->open_writer()) { writer->begin(); }

  Tables& tables() { return writer->tables(); }
  void commit_and_begin() {
    writer->commit();
    writer->begin();
  }

  InboxId inbox(const std::string& name = "telegram") {
    Inbox row;
    row.name = name;
    row.connector = "loopback";
    row.health.since = at_ms(0);
    return tables().inboxes().insert(row);
  }

  AgentId agent(const std::string& email = "ada@example.com", std::vector<InboxId> inboxes = {}) {
    Agent row;
    row.email = email;
    row.name = "Ada";
    row.inboxes = std::move(inboxes);
    row.created_at = at_ms(0);
    return tables().agents().insert(row);
  }

  ContactId contact(const std::string& name = "Carla") {
    Contact row;
    row.name = name;
    row.created_at = row.updated_at = at_ms(0);
    return tables().contacts().insert(row);
  }

  IdentityId identity(InboxId inbox, const std::string& handle, ContactId contact,
                      std::vector<std::string> aliases = {}) {
    Identity row;
    row.contact = contact;
    row.inbox = inbox;
    row.handle = handle;
    row.aliases = std::move(aliases);
    return tables().contacts().insert_identity(row);
  }

  Conversation conversation(InboxId inbox, IdentityId identity, std::int64_t last_message_ms = 0,
                            ConversationStatus status = ConversationStatus::open) {
    Conversation row;
    row.inbox = inbox;
    row.identity = identity;
    row.status = status;
    row.created_at = row.updated_at = at_ms(0);
    row.last_message_at = at_ms(last_message_ms);
    return tables().conversations().find(tables().conversations().insert(row).id).value();
  }

  /// A conversation with all that it stands on.
  Conversation conversation(const std::string& inbox_name = "telegram") {
    const auto inbox_id = inbox(inbox_name);
    return conversation(inbox_id, identity(inbox_id, "handle", contact()));
  }

  MessageId message(const Conversation& conversation, const std::string& text = "hello",
                    Direction direction = Direction::in) {
    return tables().messages().insert(message_row(conversation, text, direction));
  }

  static Message message_row(const Conversation& conversation, const std::string& text = "hello",
                             Direction direction = Direction::in) {
    Message row;
    row.conversation = conversation.id;
    row.inbox = conversation.inbox;
    row.direction = direction;
    row.author = {AuthorKind::contact, conversation.contact.value, ""};
    row.text = text;
    row.created_at = row.received_at = at_ms(0);
    if (direction == Direction::out) row.delivery = Delivery{};
    return row;
  }

  static Agent sees_all() {
    Agent viewer;
    viewer.all_inboxes = true;
    return viewer;
  }
  static Agent sees(std::vector<InboxId> inboxes) {
    Agent viewer;
    viewer.inboxes = std::move(inboxes);
    return viewer;
  }

  TemporaryFolder folder;
  OpenedStore opened;
  std::unique_ptr<Writer> writer;
};

template <class Row>
auto ids_of(const std::vector<Row>& rows) {
  std::vector<decltype(Row::id)> ids;
  for (const auto& row : rows) ids.push_back(row.id);
  return ids;
}

}  // namespace inboxd::storage::conformance
