// A verified webhook body as events in our words, by Meta's "Webhooks reference" for the WhatsApp Business Account.
// Called by the connector; pure, never throws on any bytes, never drops a part without a sentence about it.
#pragma once

#include <string_view>

#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::whatsapp {

Inbound normalise_webhook(std::string_view body);

}  // namespace inboxd::connectors::whatsapp
