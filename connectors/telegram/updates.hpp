// One Update of the Bot API to events, the same for webhooks and polling. Pure: any JSON gives an answer.
// https://core.telegram.org/bots/api#update
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::telegram {

/// What setWebhook and getUpdates ask for; message_reaction never comes unless named.
const std::vector<std::string_view>& wanted_updates();

/// `own_id`: the bot's user id, empty when unknown.
Inbound read_update(const boost::json::value& update, const std::string& own_id);

}  // namespace inboxd::connectors::telegram
