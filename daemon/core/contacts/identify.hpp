// Finds or makes the contact behind a channel's identity. Called for every incoming event; links by itself only what
// the channel vouches for.
#pragma once

#include <functional>

#include "daemon/core/context.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::core {

/// By handle or any alias; made, with its contact, when unknown. What is newly known (name, phone, aliases) is kept.
/// Aliases that the channel does not vouch for count for nothing.
Identity identify(Context& context, const Inbox& inbox, const InboundIdentity& inbound);

/// Somebody wrote from an address that nothing had reached: it is tried again.
void take_for_reachable(Context& context, Identity identity);

/// Stores a changed identity. Its contact shows it, so the contact's version grows with it and is announced once;
/// `change` may change the contact as well.
void store_identity(Context& context, const Identity& identity, const std::function<void(Contact&)>& change = {});

}  // namespace inboxd::core
