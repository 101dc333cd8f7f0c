// Fetching what a customer sent: ask Graph for the address, then the address for the bytes. Called by the connector.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/whatsapp/account.hpp"

namespace inboxd::connectors::whatsapp {

/// Meta's hosts for bytes, besides graph_base.
std::vector<std::string> media_host_names();

FetchStep next_step_of_fetch(const Account& account, const InboundAttachment& attachment, const Exchanges& done);

}  // namespace inboxd::connectors::whatsapp
