// What a message of each kind carries: text, media, places, cards, polls, and a word for what we do not know.
#pragma once

#include <boost/json/value.hpp>

#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::telegram {

/// Fills kind, text, html, content.detail and attachments.
void read_kind(const boost::json::value& message, MessageReceived& event);

/// True when the message tells that something happened in the chat; then `event` is an activity.
bool read_service_message(const boost::json::value& message, MessageReceived& event);

}  // namespace inboxd::connectors::telegram
