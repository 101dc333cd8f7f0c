// "Read" ticks and the typing indicator, which WhatsApp ties to the customer's newest message. Called by the connector.
#pragma once

#include <optional>
#include <string>

#include "connectors/sdk/transfer.hpp"
#include "connectors/whatsapp/account.hpp"

namespace inboxd::connectors::whatsapp {

/// Marking one message read marks all before it. Nothing without a message to mark.
std::optional<Transfer> read_request(const Account& account, const std::string& last_external_id);
/// Shown for 25 s or until the reply; WhatsApp has no typing without marking the message read.
std::optional<Transfer> typing_request(const Account& account, const std::string& last_external_id);

}  // namespace inboxd::connectors::whatsapp
