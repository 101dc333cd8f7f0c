// The requests of one reply, step by step, and how it ended. Pure: what was done so far is its only memory.
// Called by the connector.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/whatsapp/account.hpp"

namespace inboxd::connectors::whatsapp {

SendStep next_step_of_send(const Account& account, const Outbound& reply, const Exchanges& done);

}  // namespace inboxd::connectors::whatsapp
