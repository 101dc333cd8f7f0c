// Contacts, their identities with aliases, and the record of merges that makes them undoable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/agent.hpp"
#include "schemas/types/contact.hpp"

namespace inboxd::storage {

struct ContactPage {
  std::string query;               // a part of a name or handle; empty: all
  std::optional<ContactId> after;  // contacts with a smaller id
  int limit = 50;
};

/// `from` was joined into `into`, bringing these identities: what an undo needs.
struct ContactMerge {
  ContactId into;
  ContactId from;
  std::vector<IdentityId> identities;  // ascending
  AgentId by;
  Timestamp at;

  friend bool operator==(const ContactMerge&, const ContactMerge&) = default;
};

class ContactTable {
 public:
  virtual ~ContactTable() = default;
  /// With all identities.
  [[nodiscard]] virtual std::optional<Contact> find(ContactId id) const = 0;
  [[nodiscard]] virtual std::optional<Identity> find_identity(IdentityId id) const = 0;
  /// By handle or alias.
  [[nodiscard]] virtual std::optional<Identity> find_identity(InboxId inbox, std::string_view handle) const = 0;
  /// Newest first; only contacts with an identity in an inbox that the agent sees; merged ones left out.
  [[nodiscard]] virtual std::vector<Contact> list(const Agent& viewer, const ContactPage& page) const = 0;
  [[nodiscard]] virtual std::optional<std::string> language_of(ContactId id) const = 0;
  /// Inboxes that the contact has an identity in, ascending.
  [[nodiscard]] virtual std::vector<InboxId> inboxes_of(ContactId id) const = 0;

  /// The newest merge into a contact that brought exactly these identities (ascending) and was not undone.
  [[nodiscard]] virtual std::optional<ContactMerge> find_merge(ContactId into,
                                                               const std::vector<IdentityId>& identities) const = 0;

  virtual ContactId insert(const Contact& contact) = 0;              // identities apart
  virtual void update(const Contact& contact) = 0;                   // identities apart
  virtual IdentityId insert_identity(const Identity& identity) = 0;  // with its aliases
  /// Contact, name, username, phone, verified, unreachable_since, aliases (added, never removed).
  virtual void update_identity(const Identity& identity) = 0;
  virtual void record_merge(const ContactMerge& merge) = 0;
  virtual void mark_merge_undone(ContactId into, ContactId from, Timestamp at) = 0;
  /// The handle becomes another one; the old stays as an alias.
  virtual void rename_identity(IdentityId id, std::string_view handle) = 0;
};

}  // namespace inboxd::storage
