#include "daemon/live/feed_event.hpp"

#include <utility>

#include <boost/json/parse.hpp>

#include "schemas/json/objects.hpp"

namespace inboxd::live {
namespace {

/// The state as of the event, from the log's own words; the rest of the delivery as it is now.
Delivery delivery_as_of(const Event& event, Delivery delivery) {
  boost::system::error_code error;
  const auto changes = boost::json::parse(event.changes, error);
  if (error || !changes.is_object()) return delivery;
  const auto& fields = changes.get_object();
  Delivery then{delivery.state, delivery.attempt, delivery.external_ids, {}};
  if (const auto* states = fields.if_contains("delivery"); states != nullptr && states->is_array())
    if (const auto* after = states->get_array().if_contains(1); after != nullptr && after->is_string())
      then.state = parse_enum<DeliveryState>(std::string_view(after->get_string())).value_or(delivery.state);
  if (const auto* attempt = fields.if_contains("attempt"); attempt != nullptr && attempt->is_int64())
    then.attempt = static_cast<int>(attempt->get_int64());
  if (const auto* code = fields.if_contains("reason"); code != nullptr && code->is_string()) {
    const std::string reason(code->get_string());
    // The sentence is not in the log; it is the message's as long as it speaks of the same reason.
    const bool same = delivery.reason && delivery.reason->code == reason;
    then.reason = DeliveryReason{reason, same ? delivery.reason->detail : std::string()};
  }
  // A first attempt that has not ended knows no ids of the provider's yet.
  if (then.attempt == 1 && (then.state == DeliveryState::queued || then.state == DeliveryState::sending))
    then.external_ids.clear();
  return then;
}

void write_message(JsonWriter& writer, const storage::Tables& tables, const Event& event) {
  const MessageId id{event.object};
  const auto message = tables.messages().find(id);
  if (!message) return write_erased(writer, id);
  if (event.type != EventType::message_delivery || !message->delivery) return write_json(writer, *message);
  write_delivery_change(writer, id, delivery_as_of(event, *message->delivery));
}

void write_object(JsonWriter& writer, const storage::Tables& tables, const core::ChannelDirectory& channels,
                  const Event& event) {
  switch (event.type) {
    case EventType::conversation_created:
    case EventType::conversation_updated: {
      const auto conversation = tables.conversations().find(ConversationId{event.object});
      return conversation ? write_json(writer, *conversation) : write_erased(writer, ConversationId{event.object});
    }
    case EventType::message_created:
    case EventType::message_updated:
    case EventType::message_delivery:
      return write_message(writer, tables, event);
    case EventType::contact_created:
    case EventType::contact_updated:
    case EventType::contact_merged: {
      const auto contact = tables.contacts().find(ContactId{event.object});
      return contact ? write_contact_summary(writer, *contact) : write_erased(writer, ContactId{event.object});
    }
    case EventType::inbox_health: {
      const auto inbox = tables.inboxes().find(InboxId{event.object});
      if (!inbox) return write_erased(writer, InboxId{event.object});
      const auto* connector = channels.find(inbox->id);
      return write_json(writer, *inbox, connector != nullptr ? &connector->capabilities() : nullptr);
    }
    case EventType::agent_created:
    case EventType::agent_updated: {
      const auto agent = tables.agents().find(AgentId{event.object});
      return agent ? write_agent_summary(writer, *agent) : write_erased(writer, AgentId{event.object});
    }
  }
}

}  // namespace

Audience audience_of(const storage::Tables& tables, const Event& event) {
  switch (event.type) {
    case EventType::contact_created:
    case EventType::contact_updated:
    case EventType::contact_merged:
      // One without identities any more (erased, or joined into another) is told to whom the log names.
      if (auto inboxes = tables.contacts().inboxes_of(ContactId{event.object}); !inboxes.empty()) return inboxes;
      break;
    case EventType::conversation_created:
    case EventType::conversation_updated:
    case EventType::message_created:
    case EventType::message_updated:
    case EventType::message_delivery:
    case EventType::inbox_health:
      break;
    case EventType::agent_created:
    case EventType::agent_updated:
      return std::nullopt;
  }
  if (!event.inbox) return std::vector<InboxId>{};
  return std::vector{*event.inbox};
}

FeedEvent to_feed_event(const storage::Tables& tables, const core::ChannelDirectory& channels, const std::string& epoch,
                        const Event& event) {
  std::string tail;
  tail.reserve(1024);
  tail += R"(,"cursor":")";
  tail += epoch;
  tail += ':';
  tail += std::to_string(event.sequence);
  tail += R"(","event":")";
  tail += enum_name(event.type);
  tail += R"(","at":")";
  tail += to_rfc3339(event.at);
  tail += R"(","conversation":)";
  tail += event.conversation ? '"' + to_string(*event.conversation) + '"' : "null";
  tail += R"(,"actor":)";
  JsonWriter writer(tail);
  write_json(writer, event.actor);
  if (!event.changes.empty()) {
    tail += R"(,"changes":)";
    tail += event.changes;
  }
  tail += R"(,"data":)";
  JsonWriter object(tail);
  write_object(object, tables, channels, event);
  tail += '}';
  return {event.sequence, event.type, audience_of(tables, event), std::make_shared<const std::string>(std::move(tail))};
}

}  // namespace inboxd::live
