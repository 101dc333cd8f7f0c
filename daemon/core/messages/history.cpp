#include "daemon/core/messages/history.hpp"

#include <algorithm>

#include "connectors/sdk/json_access.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::core {

std::string to_text(const HistoryTally& tally) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.key("imported");
  writer.number(tally.imported);
  writer.key("repeated");
  writer.number(tally.repeated);
  writer.key("unreadable");
  writer.number(tally.unreadable);
  writer.end_object();
  return text;
}

HistoryTally tally_from_text(const std::string& text) {
  const auto json = connectors::parse_json(text);
  if (!json || !json->is_object()) return {};
  return {connectors::integer_of(*json, "imported"), connectors::integer_of(*json, "repeated"),
          connectors::integer_of(*json, "unreadable")};
}

void move_by_history(const History& history, const MessageReceived& event, Timestamp written_at, OldMessageIn where,
                     Conversation& conversation) {
  if (where == OldMessageIn::draft) {
    conversation.created_at = conversation.last_message_at = written_at;
    conversation.status = history.status;
  }
  if (event.kind == MessageKind::activity) return;
  conversation.last_message_at = std::max(conversation.last_message_at, written_at);
  if (event.direction == Direction::in)
    conversation.last_customer_message_at =
        std::max(conversation.last_customer_message_at.value_or(Timestamp{}), written_at);
  // Resolved by its last word, as far as anybody can tell.
  if (conversation.status == ConversationStatus::resolved)
    conversation.resolved_at = std::max(conversation.resolved_at.value_or(Timestamp{}), written_at);
}

void follow_history(Context& context, const History& history, const Conversation& conversation) {
  if (conversation.status == ConversationStatus::resolved)
    context.tables.timers().set(storage::TimerKind::close_resolved, conversation.id, context.now + history.close_after);
}

}  // namespace inboxd::core
