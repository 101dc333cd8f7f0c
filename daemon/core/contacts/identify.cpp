#include "daemon/core/contacts/identify.hpp"

#include <algorithm>

namespace inboxd::core {
namespace {

std::optional<Identity> find_known(const storage::Tables& tables, InboxId inbox, const InboundIdentity& inbound) {
  if (auto known = tables.contacts().find_identity(inbox, inbound.handle)) return known;
  // What somebody only claims to be called links nobody.
  if (!inbound.verified) return std::nullopt;
  for (const auto& alias : inbound.aliases)
    if (auto known = tables.contacts().find_identity(inbox, alias)) return known;
  return std::nullopt;
}

Identity make_identity(Context& context, const Inbox& inbox, const InboundIdentity& inbound) {
  Contact contact;
  contact.name = inbound.name.empty() ? inbound.handle : inbound.name;
  if (!inbound.language.empty()) contact.language = inbound.language;
  contact.created_at = contact.updated_at = context.now;
  contact.id = context.tables.contacts().insert(contact);

  Identity identity;
  identity.contact = contact.id;
  identity.inbox = inbox.id;
  identity.inbox_name = inbox.name;
  identity.connector = inbox.connector;
  identity.handle = inbound.handle;
  if (inbound.verified) identity.aliases = inbound.aliases;
  identity.name = inbound.name;
  identity.username = inbound.username;
  identity.phone = inbound.phone;
  identity.verified = inbound.verified;
  identity.id = context.tables.contacts().insert_identity(identity);
  record(context, contact, inbox.id, EventType::contact_created);
  return identity;
}

bool take(std::string& known, const std::string& news) {
  if (news.empty() || known == news) return false;
  known = news;
  return true;
}

/// The handle counts as an alias here: a stronger id may have become the handle of later events.
bool take_aliases(Identity& known, const InboundIdentity& inbound) {
  bool changed = false;
  const auto add = [&](const std::string& alias) {
    if (alias.empty() || alias == known.handle) return;
    if (std::find(known.aliases.begin(), known.aliases.end(), alias) != known.aliases.end()) return;
    known.aliases.push_back(alias);
    changed = true;
  };
  add(inbound.handle);
  if (inbound.verified)
    for (const auto& alias : inbound.aliases) add(alias);
  return changed;
}

/// A name that an agent gave stays; one that came from this channel, or the bare handle, follows the channel.
bool follows_channel(const Contact& contact, const Identity& identity, const std::string& old_name) {
  return contact.name == old_name || contact.name == identity.handle || contact.name.empty();
}

}  // namespace

Identity identify(Context& context, const Inbox& inbox, const InboundIdentity& inbound) {
  auto known = find_known(context.tables, inbox.id, inbound);
  if (!known) return make_identity(context, inbox, inbound);

  const std::string old_name = known->name;
  const bool renamed = take(known->name, inbound.name);
  bool changed = renamed;
  changed |= take(known->username, inbound.username);
  changed |= take(known->phone, inbound.phone);
  changed |= take_aliases(*known, inbound);
  // An address that an agent typed is vouched for once the person writes from it.
  if (inbound.verified && !known->verified) known->verified = changed = true;
  if (!changed) return *known;
  store_identity(context, *known, [&](Contact& contact) {
    if (renamed && follows_channel(contact, *known, old_name)) contact.name = inbound.name;
  });
  return *known;
}

void take_for_reachable(Context& context, Identity identity) {
  if (!identity.unreachable_since) return;
  identity.unreachable_since.reset();
  store_identity(context, identity);
}

void store_identity(Context& context, const Identity& identity, const std::function<void(Contact&)>& change) {
  context.tables.contacts().update_identity(identity);
  auto contact = context.tables.contacts().find(identity.contact);
  if (!contact) return;
  if (change) change(*contact);
  contact->updated_at = context.now;
  ++contact->version;
  context.tables.contacts().update(*contact);
  record(context, *contact, identity.inbox, EventType::contact_updated);
}

}  // namespace inboxd::core
