// Updates that are no messages: pressed buttons, reactions, membership, business accounts. Called by updates.cpp.
#pragma once

#include <boost/json/value.hpp>

#include "connectors/telegram/messages.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::telegram {

Inbound read_callback_query(const boost::json::value& query);
Inbound read_reaction(const boost::json::value& reaction, const UpdateScope& scope);
Inbound read_membership(const boost::json::value& change, const UpdateScope& scope);
Inbound read_business_deletion(const boost::json::value& deletion, const UpdateScope& scope);
Inbound read_business_connection(const boost::json::value& connection, const UpdateScope& scope);

}  // namespace inboxd::connectors::telegram
