// Which provider messages one reply becomes, before anything is sent: all uploads first, because they may be repeated
// and the customer sees nothing of them, then the messages in reading order. Called by validation and sending.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schemas/types/outbound.hpp"

namespace inboxd::connectors::whatsapp {

inline constexpr std::size_t text_characters_max = 4096;
inline constexpr std::size_t caption_characters_max = 1024;
/// Ours, not Meta's: each attachment is a message of its own against the pace of one in six seconds.
inline constexpr std::size_t attachments_max = 10;

struct PlannedMessage {
  std::optional<std::size_t> attachment;  // of Outbound::attachments; absent: text only
  std::string text;                       // the body, or the attachment's caption
};

/// For a plain reply (no template, no reaction). `text` is what marked_up() gave. The text is the first attachment's
/// caption where that can carry it, else a message of its own before the attachments.
std::vector<PlannedMessage> plan_of(const Outbound& reply, const std::string& text);

}  // namespace inboxd::connectors::whatsapp
