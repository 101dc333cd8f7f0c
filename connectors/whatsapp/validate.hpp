// What WhatsApp would refuse anyway, refused before it enters the outbox. Called by the connector; the 24-hour window
// is the host's to enforce (Capabilities::reply_window), because it knows the customer's last message.
#pragma once

#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::whatsapp {

Result<void> validate_reply(const Outbound& reply);

}  // namespace inboxd::connectors::whatsapp
