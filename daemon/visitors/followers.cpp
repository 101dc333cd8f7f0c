#include "daemon/visitors/followers.hpp"

#include <algorithm>

#include "connectors/sdk/visitors.hpp"
#include "daemon/visitors/frames.hpp"

namespace inboxd::visitors {
namespace {

constexpr std::uint16_t service_restart = 1012;  // the registry of RFC 6455's close codes
constexpr std::int64_t retry_ms_min = 500;
constexpr std::uint64_t retry_ms_spread = 4'500;

bool moves_a_chat(EventType type) {
  switch (type) {
    case EventType::conversation_created:
    case EventType::conversation_updated:
    case EventType::message_created:
    case EventType::message_updated:
    case EventType::message_delivery:
      return true;
    case EventType::contact_created:
    case EventType::contact_updated:
    case EventType::contact_merged:
    case EventType::inbox_health:
    case EventType::agent_created:
    case EventType::agent_updated:
      return false;
  }
  return false;
}

std::set<InboxId> served_inboxes(const ConfiguredChannels& channels) {
  std::set<InboxId> served;
  for (const auto& channel : channels.all())
    if (dynamic_cast<const connectors::ServesVisitors*>(channel.connector.get()) != nullptr)
      served.insert(channel.inbox);
  return served;
}

}  // namespace

/// A follower may leave, or be destroyed, while others are told.
template <class Fits, class Tell>
void Followers::tell(Fits fits, Tell call) {
  const std::vector<Follower*> now(all_.begin(), all_.end());
  for (auto* follower : now)
    if (all_.contains(follower) && fits(*follower)) call(*follower);
}

void Followers::enter(Follower& follower) {
  all_.insert(&follower);
  if (draining_) send_away(follower);
}

void Followers::send_away(Follower& follower) {
  const auto spread = static_cast<std::int64_t>(random_.next() % retry_ms_spread);
  follower.end(service_restart, "restart", Milliseconds{retry_ms_min + spread});
}

void Followers::drain() {
  draining_ = true;
  tell([](const Follower&) { return true; }, [this](Follower& follower) { send_away(follower); });
}

void Followers::committed(std::int64_t head) {
  committed_ = std::max(committed_, head);
  read_log();
}

Followers::Touched Followers::touched_after(const storage::Tables& tables, std::int64_t sequence,
                                            const std::set<InboxId>& served) {
  Touched touched;
  touched.scanned_to = sequence;
  std::set<ConversationId> conversations;
  for (const auto& event : tables.events().after(sequence, log_events_max)) {
    touched.scanned_to = event.sequence;
    if (event.conversation && event.inbox && served.contains(*event.inbox) && moves_a_chat(event.type))
      conversations.insert(*event.conversation);
  }
  for (const auto id : conversations)
    if (const auto conversation = tables.conversations().find(id)) touched.identities.insert(conversation->identity);
  return touched;
}

void Followers::read_log() {
  if (reading_ || position_ >= committed_) return;
  // Whoever comes now reads the chat from the store first.
  if (all_.empty()) {
    position_ = committed_;
    return;
  }
  reading_ = true;
  readers_.read<Touched>(
      [after = position_, served = served_inboxes(*channels_())](const command_bus::ReadSources& sources)
          -> Result<Touched> { return touched_after(sources.tables, after, served); },
      lifetime_.guard([this](Result<Touched> touched) {
        reading_ = false;
        // A read that failed is made again with the next commit or beat: the log keeps what was missed.
        if (!touched || touched->scanned_to <= position_) return;
        position_ = touched->scanned_to;
        tell(
            [&](const Follower& follower) {
              return follower.identity() && touched->identities.contains(*follower.identity());
            },
            [](Follower& follower) { follower.chat_moved(); });
        read_log();
      }));
}

void Followers::visitor_moved(VisitorId visitor) {
  tell([visitor](const Follower& follower) { return follower.visitor() == visitor; },
       [](Follower& follower) { follower.chat_moved(); });
}

void Followers::visitor_ended(VisitorId visitor) {
  tell([visitor](const Follower& follower) { return follower.visitor() == visitor; },
       [](Follower& follower) { follower.end(4401, "signed out", std::nullopt); });
}

void Followers::agent_types(ConversationId conversation, const std::string& name, bool on) {
  const auto frame = typing_frame(name, on);
  tell([conversation](const Follower& follower) { return follower.conversation() == conversation; },
       [&frame](Follower& follower) { follower.show(frame); });
}

}  // namespace inboxd::visitors
