// The public JSON of the product's objects, the same in REST answers, event frames and snapshots. Written straight from
// the types of schemas/types; whoever composes a larger body uses write_json, whoever needs one object to_json_text.
#pragma once

#include <span>
#include <string>

#include "schemas/json/writer.hpp"
#include "schemas/types/agent.hpp"
#include "schemas/types/capabilities.hpp"
#include "schemas/types/contact.hpp"
#include "schemas/types/conversation.hpp"
#include "schemas/types/event.hpp"
#include "schemas/types/inbox.hpp"
#include "schemas/types/message.hpp"

namespace inboxd {

/// Longer message texts are cut here in what clients get (`text_truncated`), so that a frame stays small.
constexpr std::size_t message_text_bytes_max = 16384;

void write_json(JsonWriter& writer, const Conversation& conversation);
void write_json(JsonWriter& writer, const Message& message);
void write_json(JsonWriter& writer, const Attachment& attachment);
void write_json(JsonWriter& writer, const Author& author);
void write_json(JsonWriter& writer, const Reaction& reaction);
void write_json(JsonWriter& writer, const Actor& actor);
void write_json(JsonWriter& writer, const Delivery& delivery);
void write_json(JsonWriter& writer, const Identity& identity);
void write_json(JsonWriter& writer, const Contact& contact);
void write_json(JsonWriter& writer, const Capabilities& capabilities);
void write_json(JsonWriter& writer, const InboxHealth& health);
void write_json(JsonWriter& writer, const Team& team);

/// `capabilities` null: the inbox has no connector in this process (removed from the config).
void write_json(JsonWriter& writer, const Inbox& inbox, const Capabilities* capabilities);
/// `inbox_names`: those of agent.inboxes, in any order; not written when the agent sees all.
void write_json(JsonWriter& writer, const Agent& agent, std::span<const std::string> inbox_names);

/// What contact.* events carry: id, name and version. Identities come from GET, cut to the caller's inboxes.
void write_contact_summary(JsonWriter& writer, const Contact& contact);
/// What agent.* events carry: everything but the inboxes, whose names not everybody may see.
void write_agent_summary(JsonWriter& writer, const Agent& agent);
/// What message.delivery events carry.
void write_delivery_change(JsonWriter& writer, MessageId message, const Delivery& delivery);

/// What stands for an object that was erased.
template <class Tag>
void write_erased(JsonWriter& writer, Id<Tag> id) {
  writer.begin_object();
  writer.key("id");
  writer.id(id);
  writer.key("erased");
  writer.boolean(true);
  writer.end_object();
}

template <class Object>
std::string to_json_text(const Object& object) {
  std::string text;
  text.reserve(1024);
  JsonWriter writer(text);
  write_json(writer, object);
  return text;
}

}  // namespace inboxd
