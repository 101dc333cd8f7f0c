#include "daemon/core/inboxes/health.hpp"

#include <algorithm>

namespace inboxd::core {
namespace {

std::int64_t store(Context& context, Inbox& inbox, InboxHealthState before) {
  ++inbox.version;
  context.tables.inboxes().update(inbox);
  Changes changes;
  changes.add("health", enum_name(before), enum_name(inbox.health.state));
  return record(context, inbox, changes);
}

Inbox insert_inbox(Context& context, const ConfiguredInbox& configured) {
  Inbox inbox;
  inbox.name = configured.name;
  inbox.connector = configured.connector;
  inbox.account = configured.account;
  inbox.enabled = configured.enabled;
  inbox.health = {configured.enabled ? InboxHealthState::healthy : InboxHealthState::disabled, "", "", context.now};
  inbox.id = context.tables.inboxes().insert(inbox);
  record(context, inbox);
  return inbox;
}

void disable(Context& context, Inbox inbox, bool removed, const std::string& detail) {
  if (!inbox.enabled && inbox.removed == removed) return;
  const auto before = inbox.health.state;
  inbox.enabled = false;
  inbox.removed = removed;
  inbox.health = {InboxHealthState::disabled, removed ? "removed" : "disabled", detail, context.now};
  store(context, inbox, before);
}

Inbox follow_config(Context& context, Inbox inbox, const ConfiguredInbox& configured) {
  if (!configured.account.empty() && inbox.account != configured.account) {
    inbox.account = configured.account;
    store(context, inbox, inbox.health.state);
  }
  if (!configured.enabled) {
    disable(context, inbox, false, "it is switched off by `enabled = false` in the config");
  } else if (!inbox.enabled) {
    const auto before = inbox.health.state;
    inbox.enabled = true;
    inbox.removed = false;
    inbox.health = {InboxHealthState::healthy, "", "", context.now};
    if (inbox.outbound_paused)
      inbox.health = {InboxHealthState::unhealthy, *inbox.outbound_paused, "outgoing messages are paused", context.now};
    store(context, inbox, before);
  }
  return *context.tables.inboxes().find(inbox.id);
}

}  // namespace

Result<std::vector<Inbox>> register_inboxes(Context& context, const std::vector<ConfiguredInbox>& configured) {
  std::vector<Inbox> stored;
  for (const auto& wanted : configured) {
    const auto known = context.tables.inboxes().find_by_name(wanted.name);
    if (known && known->connector != wanted.connector)
      return Error{ErrorCode::conflict,
                   "inbox " + wanted.name + " was of the connector " + known->connector + " and cannot become " +
                       wanted.connector + ": give the new one another name",
                   {}};
    stored.push_back(known ? follow_config(context, *known, wanted) : insert_inbox(context, wanted));
  }
  for (const auto& inbox : context.tables.inboxes().list()) {
    const bool kept =
        std::any_of(stored.begin(), stored.end(), [&](const Inbox& other) { return other.id == inbox.id; });
    if (!kept) disable(context, inbox, true, "it is no longer in the config; its conversations are kept");
  }
  return stored;
}

std::int64_t change_health(Context& context, InboxId id, const InboxHealth& health) {
  auto inbox = context.tables.inboxes().find(id);
  if (!inbox || !inbox->enabled) return 0;
  // A pause is lifted by resume_outbound alone, so a good answer to something else does not hide it.
  if (inbox->outbound_paused && health.state == InboxHealthState::healthy) return 0;
  if (inbox->health.state == health.state && inbox->health.code == health.code && inbox->health.detail == health.detail)
    return 0;
  const auto before = inbox->health.state;
  inbox->health = health;
  return store(context, *inbox, before);
}

std::int64_t pause_outbound(Context& context, InboxId id, const std::string& code, const std::string& why) {
  auto inbox = context.tables.inboxes().find(id);
  if (!inbox) return 0;
  const auto before = inbox->health.state;
  inbox->outbound_paused = code;
  inbox->health = {InboxHealthState::unhealthy, code, why, context.now};
  return store(context, *inbox, before);
}

std::int64_t resume_outbound(Context& context, InboxId id) {
  auto inbox = context.tables.inboxes().find(id);
  if (!inbox || !inbox->outbound_paused) return 0;
  const auto before = inbox->health.state;
  inbox->outbound_paused.reset();
  inbox->health = {InboxHealthState::healthy, "", "", context.now};
  return store(context, *inbox, before);
}

void learn_account(Context& context, InboxId id, const std::string& account) {
  auto inbox = context.tables.inboxes().find(id);
  if (!inbox || account.empty() || inbox->account == account) return;
  inbox->account = account;
  store(context, *inbox, inbox->health.state);
}

}  // namespace inboxd::core
