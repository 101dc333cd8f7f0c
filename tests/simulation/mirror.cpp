#include "tests/simulation/mirror.hpp"

namespace inboxd::simulation {
namespace {

/// Events about one kind of object share its versions.
int family_of(EventType type) {
  switch (type) {
    case EventType::conversation_created:
    case EventType::conversation_updated:
      return 0;
    case EventType::message_created:
    case EventType::message_updated:
    case EventType::message_delivery:
      return 1;
    case EventType::contact_created:
    case EventType::contact_updated:
    case EventType::contact_merged:
      return 2;
    case EventType::inbox_health:
      return 3;
    case EventType::agent_created:
    case EventType::agent_updated:
      return 4;
  }
  return 5;
}

std::string named(const Event& event) {
  return std::to_string(event.sequence) + ' ' + std::string(enum_name(event.type)) + ' ' +
         std::to_string(event.object) + " v" + std::to_string(event.version) + ' ' + event.cause +
         (event.changes.empty() ? "" : ' ' + event.changes);
}

}  // namespace

void Mirror::follow(const storage::Tables& tables) {
  std::set<std::int64_t> met;  // conversations that this commit has changed already
  while (true) {
    const auto events = tables.events().after(head(), 1000);
    for (const auto& event : events) {
      if (event.sequence != head() + 1)
        throw Broken("after event " + std::to_string(head()) + " the log goes on with " +
                     std::to_string(event.sequence));
      journal_.note("event " + named(event));
      log_.push_back(event);
      look_at(tables, event, met);
    }
    if (events.empty()) return;
  }
}

void Mirror::look_at(const storage::Tables& tables, const Event& event, std::set<std::int64_t>& met) {
  check_version(event);
  switch (event.type) {
    case EventType::conversation_created:
    case EventType::conversation_updated: {
      const auto conversation = tables.conversations().find(ConversationId{event.object});
      if (!conversation) throw Broken("an event speaks of a conversation that is not there: " + named(event));
      check_timer(event, met);
      remembered_[conversation->id] = {conversation->snoozed_until, conversation->resolved_at};
      met.insert(event.object);
      if (event.type == EventType::conversation_updated) return;
      conversations_.push_back(conversation->id);
      if (!ticket_numbers_.insert(conversation->number).second)
        throw Broken("two conversations have the number " + std::to_string(conversation->number));
      return;
    }
    case EventType::message_created:
    case EventType::message_delivery: {
      const auto message = tables.messages().find(MessageId{event.object});
      if (!message) throw Broken("an event speaks of a message that is not there: " + named(event));
      truth_.check(*message);
      if (event.type == EventType::message_created) messages_.push_back(message->id);
      return;
    }
    case EventType::contact_created:
      contacts_.push_back(ContactId{event.object});
      return;
    case EventType::message_updated:
    case EventType::contact_updated:
    case EventType::contact_merged:
    case EventType::inbox_health:
    case EventType::agent_created:
    case EventType::agent_updated:
      return;
  }
}

void Mirror::check_version(const Event& event) {
  auto& version = versions_[{family_of(event.type), event.object}];
  if (event.version <= version)
    throw Broken("a version did not grow (it was " + std::to_string(version) + "): event " + named(event));
  version = event.version;
}

void Mirror::check_timer(const Event& event, const std::set<std::int64_t>& met) const {
  if (event.cause != "timer.fire" || met.contains(event.object)) return;
  const auto found = remembered_.find(ConversationId{event.object});
  if (found == remembered_.end()) return;
  const auto& before = found->second;
  if (event.changes.find(R"(["snoozed","open"])") != std::string::npos &&
      (!before.snoozed_until || *before.snoozed_until > event.at))
    throw Broken("a snooze ended before its time: event " + named(event));
  if (event.changes.find(R"(["resolved","closed"])") != std::string::npos &&
      (!before.resolved_at || *before.resolved_at + closes_after > event.at))
    throw Broken("a resolved conversation was closed before its time: event " + named(event));
}

void Mirror::name_inboxes(const storage::Tables& tables) {
  for (const auto& inbox : tables.inboxes().list()) inbox_names_[inbox.id] = inbox.name;
}

Mirror::Sight Mirror::sight(std::int64_t sequence, const std::set<std::string>& inbox_names) const {
  const auto& event = at(sequence);
  switch (event.type) {
    case EventType::contact_created:
    case EventType::contact_updated:
    case EventType::contact_merged:
      return Sight::depends;
    case EventType::agent_created:
    case EventType::agent_updated:
      return Sight::yes;
    case EventType::conversation_created:
    case EventType::conversation_updated:
    case EventType::message_created:
    case EventType::message_updated:
    case EventType::message_delivery:
    case EventType::inbox_health:
      break;
  }
  const bool seen = event.inbox && inbox_names.contains(inbox_names_.at(*event.inbox));
  return seen ? Sight::yes : Sight::no;
}

}  // namespace inboxd::simulation
