#include "daemon/core/contacts/change.hpp"

#include <algorithm>

#include "daemon/core/access/authorize.hpp"
#include "daemon/core/conversations/moved.hpp"

namespace inboxd::core {
namespace {

Error version_conflict(std::int64_t now) {
  return {ErrorCode::conflict, "it changed meanwhile: its version is " + std::to_string(now) + "; read it again", {}};
}

std::optional<InboxId> first_inbox(const Contact& contact) {
  if (contact.identities.empty()) return std::nullopt;
  return contact.identities.front().inbox;
}

void move_identities(Context& context, const std::vector<Identity>& identities, ContactId to) {
  for (auto identity : identities) {
    identity.contact = to;
    context.tables.contacts().update_identity(identity);
  }
}

void bump(Context& context, Contact& contact) {
  contact.updated_at = context.now;
  ++contact.version;
  context.tables.contacts().update(contact);
}

std::vector<IdentityId> ids_of(const std::vector<Identity>& identities) {
  std::vector<IdentityId> ids;
  ids.reserve(identities.size());
  for (const auto& identity : identities) ids.push_back(identity.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<void> check_limits(const ChangeContact& command) {
  const auto too_long = [](const std::optional<std::optional<std::string>>& text) {
    return text && *text && (*text)->size() > contact_word_bytes_max;
  };
  if (command.name && command.name->size() > contact_text_bytes_max)
    return bad_request("`name` takes up to " + std::to_string(contact_text_bytes_max) + " bytes");
  if (too_long(command.tier) || too_long(command.language))
    return bad_request("`tier` and `language` take up to " + std::to_string(contact_word_bytes_max) + " bytes");
  if (!command.attributes) return {};
  if (command.attributes->size() > contact_attributes_max)
    return bad_request("`attributes` takes up to " + std::to_string(contact_attributes_max));
  for (const auto& [name, value] : *command.attributes)
    if (name.empty() || name.size() > contact_word_bytes_max || value.size() > contact_text_bytes_max)
      return bad_request("each of `attributes` needs a name of 1 to " + std::to_string(contact_word_bytes_max) +
                         " bytes and a value of up to " + std::to_string(contact_text_bytes_max));
  return {};
}

/// The identities that the command names; one in an inbox that the principal does not see is not there for them.
std::vector<Identity> named_identities(const Contact& contact, const Agent& principal,
                                       const std::vector<IdentityId>& ids) {
  std::vector<Identity> named;
  for (const auto& identity : contact.identities)
    if (std::find(ids.begin(), ids.end(), identity.id) != ids.end() &&
        authorize(principal, Action::merge_contacts, {identity.inbox}) == Access::allowed)
      named.push_back(identity);
  return named;
}

/// Joining moves identities, and with them who answers whom: it takes the right wherever either contact is known.
Result<void> require_merge(const Agent& principal, const Contact& contact) {
  for (const auto& identity : contact.identities)
    if (authorize(principal, Action::merge_contacts, {identity.inbox}) != Access::allowed)
      return forbidden("contact " + to_string(contact.id) +
                       " is also known in an inbox that is not yours; it is merged by whoever has all of its inboxes");
  return {};
}

Contact contact_for_split(Context& context, const Contact& from, const std::vector<IdentityId>& ids,
                          const Identity& first) {
  if (const auto merge = context.tables.contacts().find_merge(from.id, ids)) {
    if (auto revived = context.tables.contacts().find(merge->from)) {
      context.tables.contacts().mark_merge_undone(from.id, merge->from, context.now);
      revived->merged_into.reset();
      bump(context, *revived);
      return *revived;
    }
  }
  Contact fresh;
  fresh.name = first.name.empty() ? first.handle : first.name;
  fresh.language = from.language;
  fresh.created_at = fresh.updated_at = context.now;
  fresh.id = context.tables.contacts().insert(fresh);
  return fresh;
}

}  // namespace

Result<Contact> visible_contact(const storage::Tables& tables, const Agent& principal, ContactId id) {
  auto contact = tables.contacts().find(id);
  const auto refusal = not_found("there is no contact " + to_string(id));
  if (!contact) return refusal;
  if (principal.all_inboxes && authorize(principal, Action::see, {}) == Access::allowed) return *contact;
  const auto inboxes = tables.contacts().inboxes_of(id);
  const bool visible = std::any_of(inboxes.begin(), inboxes.end(), [&](InboxId inbox) {
    return authorize(principal, Action::see, {inbox}) == Access::allowed;
  });
  if (!visible) return refusal;
  return *contact;
}

Result<Outcome> change_contact(Context& context, const Agent& principal, const ChangeContact& command) {
  auto contact = visible_contact(context.tables, principal, command.contact);
  if (!contact) return contact.error();
  if (auto allowed = require(principal, Action::change_contact, {}, "contact " + to_string(command.contact)); !allowed)
    return allowed.error();
  if (contact->merged_into)
    return Error{
        ErrorCode::conflict, "it was merged into " + to_string(*contact->merged_into) + "; change that one", {}};
  if (command.if_version && *command.if_version != contact->version) return version_conflict(contact->version);
  if (auto fine = check_limits(command); !fine) return fine.error();

  Contact changed = *contact;
  if (command.name) changed.name = *command.name;
  if (command.tier) changed.tier = *command.tier;
  if (command.language) changed.language = *command.language;
  if (command.attributes) changed.attributes = *command.attributes;
  if (changed == *contact) return Outcome{ObjectKind::contact, changed.id.value, 0};
  bump(context, changed);
  Changes changes;
  changes.add_text("tier", contact->tier, changed.tier);
  const auto sequence = record(context, changed, first_inbox(changed), EventType::contact_updated, changes);
  audit(context, "contact", changed.id.value, changes);
  return Outcome{ObjectKind::contact, changed.id.value, sequence};
}

Result<Outcome> merge_contacts(Context& context, const Agent& principal, const MergeContacts& command) {
  if (command.into == command.from) return bad_request("`from` is the contact itself; name the other one");
  auto into = visible_contact(context.tables, principal, command.into);
  if (!into) return into.error();
  auto from = visible_contact(context.tables, principal, command.from);
  if (!from) return from.error();
  if (auto allowed = require(principal, Action::merge_contacts, {}, "contact " + to_string(command.into)); !allowed)
    return allowed.error();
  for (const auto* joined : {&*into, &*from})
    if (auto allowed = require_merge(principal, *joined); !allowed) return allowed.error();
  if (into->merged_into || from->merged_into)
    return Error{ErrorCode::conflict, "one of the two was merged already; read both again", {}};

  context.tables.contacts().record_merge({into->id, from->id, ids_of(from->identities), principal.id, context.now});
  const auto sequence = join_contacts(context, *into, *from);
  return Outcome{ObjectKind::contact, into->id.value, sequence};
}

std::int64_t join_contacts(Context& context, Contact& into, Contact& from) {
  const auto moved = ids_of(from.identities);
  move_identities(context, from.identities, into.id);
  from.merged_into = into.id;
  bump(context, from);
  bump(context, into);
  Changes changes;
  changes.set("from", boost::json::string(to_string(from.id)));
  changes.set("into", boost::json::string(to_string(into.id)));
  announce_moved(context, moved);
  record(context, from, first_inbox(from), EventType::contact_updated, changes);
  const auto sequence = record(context, into, first_inbox(into), EventType::contact_merged, changes);
  audit(context, "contact", into.id.value, changes);
  return sequence;
}

Result<Outcome> split_contact(Context& context, const Agent& principal, const SplitContact& command) {
  auto contact = visible_contact(context.tables, principal, command.contact);
  if (!contact) return contact.error();
  if (auto allowed = require(principal, Action::merge_contacts, {}, "contact " + to_string(command.contact)); !allowed)
    return allowed.error();
  const auto leaving = named_identities(*contact, principal, command.identities);
  if (leaving.empty() || leaving.size() != command.identities.size())
    return bad_request("`identities` must name identities of this contact, each once");
  if (leaving.size() == contact->identities.size())
    return bad_request("a contact keeps at least one identity; leave one out of `identities`");

  Contact other = contact_for_split(context, *contact, ids_of(leaving), leaving.front());
  move_identities(context, leaving, other.id);
  bump(context, *contact);
  Changes changes;
  changes.set("split_from", boost::json::string(to_string(contact->id)));
  announce_moved(context, ids_of(leaving));
  record(context, *contact, first_inbox(*contact), EventType::contact_updated);
  const auto sequence = record(context, other, leaving.front().inbox,
                               other.version == 1 ? EventType::contact_created : EventType::contact_updated, changes);
  audit(context, "contact", contact->id.value, changes);
  return Outcome{ObjectKind::contact, other.id.value, sequence};
}

}  // namespace inboxd::core
