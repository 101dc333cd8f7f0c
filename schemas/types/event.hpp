// One entry of the log: what happened, to which ids, never any text, name or address. Content is joined when it is
// sent to somebody. Sequences are assigned in commit order within an epoch; together they are a client's cursor.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd {

enum class EventType {
  conversation_created,
  conversation_updated,
  message_created,
  message_updated,
  message_delivery,
  contact_created,
  contact_updated,
  contact_merged,
  inbox_health,
  agent_created,
  agent_updated,
};

template <>
struct EnumNames<EventType> {
  static constexpr std::array<std::pair<EventType, std::string_view>, 11> table{{
      {EventType::conversation_created, "conversation.created"},
      {EventType::conversation_updated, "conversation.updated"},
      {EventType::message_created, "message.created"},
      {EventType::message_updated, "message.updated"},
      {EventType::message_delivery, "message.delivery"},
      {EventType::contact_created, "contact.created"},
      {EventType::contact_updated, "contact.updated"},
      {EventType::contact_merged, "contact.merged"},
      {EventType::inbox_health, "inbox.health"},
      {EventType::agent_created, "agent.created"},
      {EventType::agent_updated, "agent.updated"},
  }};
};

struct Actor {
  ActorKind kind = ActorKind::system;
  std::int64_t id = 0;  // of a contact or an agent

  friend bool operator==(const Actor&, const Actor&) = default;
};

struct Event {
  std::int64_t sequence = 0;  // assigned by the store
  EventType type = EventType::message_created;
  std::optional<InboxId> inbox;
  std::optional<ConversationId> conversation;
  std::int64_t object = 0;   // id of the conversation, message, contact, inbox or agent that `type` speaks of
  std::int64_t version = 0;  // that object's, after the change
  Actor actor;
  std::string cause;    // the command's name
  std::string changes;  // JSON text: {"status":["open","resolved"]}; enums and ids only; empty when nothing to say
  Timestamp at;

  friend bool operator==(const Event&, const Event&) = default;
};

struct Cursor {
  std::string epoch;
  std::int64_t sequence = 0;

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

inline std::string to_string(const Cursor& cursor) { return cursor.epoch + ':' + std::to_string(cursor.sequence); }

inline std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 32) return std::nullopt;
  Cursor cursor{std::string(text.substr(0, colon)), 0};
  const auto digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cursor.sequence);
  if (error != std::errc{} || end != digits.data() + digits.size() || cursor.sequence < 0) return std::nullopt;
  return cursor;
}

}  // namespace inboxd
