// Is a webhook request really Meta's? The handshake and the signature, by Meta's "Webhooks: getting started".
// Called by the connector for every request, before anything is read of its body.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/whatsapp/account.hpp"

namespace inboxd::connectors::whatsapp {

/// Fails closed: without app_secret every POST, without verify_token every handshake is refused.
WebhookVerdict verify_webhook(const Account& account, const WebhookRequest& request);

}  // namespace inboxd::connectors::whatsapp
