// Finds or makes the contact behind a channel's identity. Called for every incoming event; links by itself only what
// the channel vouches for.
#pragma once

#include "daemon/core/context.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::core {

/// By handle or any alias; made, with its contact, when unknown. What is newly known (name, phone, aliases) is kept.
Identity identify(Context& context, const Inbox& inbox, const InboundIdentity& inbound);

}  // namespace inboxd::core
