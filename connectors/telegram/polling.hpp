// Long polling: getUpdates from the stored offset. An update is confirmed to Telegram only by the offset of a later
// call, and that offset is stored with the events it came after.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/telegram/settings.hpp"

namespace inboxd::connectors::telegram {

/// `state` is the offset to ask from, empty at first.
Transfer poll_request(const BotSettings& settings, const std::string& state);
PollResult poll_answer(const BotSettings& settings, const std::string& state, const Exchange& answer);

}  // namespace inboxd::connectors::telegram
