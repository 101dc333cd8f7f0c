// What agents do to contacts: correct them, join two that are one person, take identities apart again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/context.hpp"

namespace inboxd::core {

inline constexpr std::size_t contact_text_bytes_max = 1000;  // a name, the value of an attribute
inline constexpr std::size_t contact_word_bytes_max = 64;    // tier, language, the name of an attribute
inline constexpr std::size_t contact_attributes_max = 100;   // per contact

struct ChangeContact {
  ContactId contact;
  std::optional<std::string> name;
  std::optional<std::optional<std::string>> tier;
  std::optional<std::optional<std::string>> language;
  std::optional<std::map<std::string, std::string>> attributes;
  std::optional<std::int64_t> if_version;
};
Result<Outcome> change_contact(Context& context, const Agent& principal, const ChangeContact& command);

/// Everything of `from` becomes `into`'s at once; conversations follow their identity, and are announced in as many
/// commands as it takes.
struct MergeContacts {
  ContactId into;
  ContactId from;
};
Result<Outcome> merge_contacts(Context& context, const Agent& principal, const MergeContacts& command);

/// The same without asking for rights and without a record to undo it by: for a customer whom somebody vouches for.
/// Splitting makes a new contact. Returns the event's sequence.
std::int64_t join_contacts(Context& context, Contact& into, Contact& from);

/// The identities leave their contact: the undo of a merge revives the contact that brought exactly these, anything
/// else makes a new one. The outcome names that contact.
struct SplitContact {
  ContactId contact;
  std::vector<IdentityId> identities;
};
Result<Outcome> split_contact(Context& context, const Agent& principal, const SplitContact& command);

/// The contact, if the principal may see any inbox it has an identity in.
Result<Contact> visible_contact(const storage::Tables& tables, const Agent& principal, ContactId id);

}  // namespace inboxd::core
