// Files in both directions of the wire format: what a message's media fields say, and how the bytes are fetched.
#pragma once

#include <boost/json/value.hpp>

#include "connectors/sdk/connector.hpp"
#include "connectors/telegram/settings.hpp"

namespace inboxd::connectors::telegram {

/// https://core.telegram.org/bots/api#getfile
inline constexpr std::uint64_t download_bytes_max = 20U << 20U;

/// Fills kind, content.detail and attachments when the message carries a file.
bool read_media(const boost::json::value& message, MessageReceived& event);

FetchStep next_fetch_step(const BotSettings& settings, const InboundAttachment& attachment, const Exchanges& done);

}  // namespace inboxd::connectors::telegram
