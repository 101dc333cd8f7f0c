// What visitors get, as JSON: types of their own, never an agent's. Of people here it shows the display name only; no
// notes, no activity, no addresses, no other conversations.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/visitors/say.hpp"
#include "daemon/visitors/chat_news.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::visitors {

/// A signed, expiring link to an attachment's bytes. Net thread only.
using MediaUrl = std::function<std::string(AttachmentId)>;

void write_visitor_message(JsonWriter& writer, const Message& message, const MediaUrl& media_url);

/// {"type":"message","conversation","seq","message":{…}}
std::string message_frame(const Message& message, std::int64_t seq, const MediaUrl& media_url);
/// The first after `hello`: where the visitor stands; and again whenever their conversation is another.
std::string chat_frame(const ChatNews& news);
/// {"type":"read","conversation","seq"}: somebody of ours has read up to there.
std::string read_frame(ConversationId conversation, std::int64_t seq);
std::string typing_frame(const std::string& name, bool on);
/// The fields of an `ack` frame, and of the answer to POST …/messages.
void write_said(JsonWriter& writer, const std::string& client_msg_id, const core::Said& said);
std::string ack_frame(const std::string& client_msg_id, const core::Said& said);
/// `client_msg_id` empty: it answers no message.
std::string error_frame(const std::string& client_msg_id, const Error& error);

/// A display name, empty where it could be an address.
std::string display_name(const std::string& name);

}  // namespace inboxd::visitors
