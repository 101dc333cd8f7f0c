// Contacts, identities with their handles, and merges, in SQLite. Made by SqliteTables; all statements stand in the
// .cpp beside it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/contacts.hpp"

namespace inboxd::storage::sqlite {

class SqliteContactTable final : public ContactTable {
 public:
  explicit SqliteContactTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<Contact> find(ContactId id) const override;
  [[nodiscard]] std::optional<Identity> find_identity(IdentityId id) const override;
  [[nodiscard]] std::optional<Identity> find_identity(InboxId inbox, std::string_view handle) const override;
  [[nodiscard]] std::vector<Contact> list(const Agent& viewer, const ContactPage& page) const override;
  [[nodiscard]] std::optional<std::string> language_of(ContactId id) const override;
  [[nodiscard]] std::vector<InboxId> inboxes_of(ContactId id) const override;
  [[nodiscard]] std::optional<ContactMerge> find_merge(ContactId into,
                                                       const std::vector<IdentityId>& identities) const override;

  ContactId insert(const Contact& contact) override;
  void update(const Contact& contact) override;
  IdentityId insert_identity(const Identity& identity) override;
  void update_identity(const Identity& identity) override;
  void record_merge(const ContactMerge& merge) override;
  void mark_merge_undone(ContactId into, ContactId from, Timestamp at) override;
  void rename_identity(IdentityId id, std::string_view handle) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
