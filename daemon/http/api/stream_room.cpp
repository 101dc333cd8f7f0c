#include "daemon/http/api/stream_room.hpp"

#include <algorithm>
#include <vector>

#include "schemas/json/objects.hpp"

namespace inboxd::http {
namespace {

std::string_view word_of(PresenceState state) {
  switch (state) {
    case PresenceState::online:
      return "online";
    case PresenceState::away:
      return "away";
    case PresenceState::offline:
      return "offline";
  }
  return "offline";
}

std::string frame_of(const Ephemeral& ephemeral) {
  std::string frame;
  JsonWriter writer(frame);
  writer.begin_object();
  writer.key("type");
  writer.string("ephemeral");
  writer.key("event");
  writer.string(ephemeral.event);
  writer.key("conversation");
  writer.id(ephemeral.conversation);
  writer.key("actor");
  write_json(writer, ephemeral.actor);
  writer.key("on");
  writer.boolean(ephemeral.on);
  writer.key("ttl_ms");
  writer.number(ephemeral.on ? ephemeral.ttl.count() : 0);
  writer.end_object();
  return frame;
}

std::string presence_frame(AgentId agent, PresenceState state) {
  return R"({"type":"ephemeral","event":"presence","conversation":null,"actor":{"kind":"agent","id":")" +
         to_string(agent) + R"("},"state":")" + std::string(word_of(state)) + R"(","ttl_ms":0})";
}

}  // namespace

void StreamRoom::enter(StreamMember& guest) {
  guests_.insert(&guest);
  if (draining_) send_away(guest);
}

void StreamRoom::join(StreamMember& member) {
  guests_.erase(&member);
  members_.insert(&member);
  const auto known = presence_.find(member.agent().id);
  if (known == presence_.end()) set_presence(member, PresenceState::online);
}

void StreamRoom::leave(StreamMember& member) {
  guests_.erase(&member);
  if (members_.erase(&member) == 0) return;
  const auto agent = member.agent().id;
  const bool still_here = std::any_of(members_.begin(), members_.end(),
                                      [&](const StreamMember* other) { return other->agent().id == agent; });
  if (still_here) return;
  presence_.erase(agent);
  broadcast_presence(agent, PresenceState::offline);
}

void StreamRoom::pass_on(const Ephemeral& ephemeral, const StreamMember* except) {
  const auto frame = frame_of(ephemeral);
  for (auto* member : members_) {
    if (member != except && member->follows(ephemeral.inbox)) member->send_ephemeral(frame);
  }
}

void StreamRoom::set_presence(StreamMember& member, PresenceState state) {
  const auto [entry, fresh] = presence_.try_emplace(member.agent().id, state);
  if (!fresh && entry->second == state) return;
  entry->second = state;
  broadcast_presence(member.agent().id, state);
}

void StreamRoom::tell_present(StreamMember& member) {
  for (const auto& [agent, state] : presence_)
    if (agent != member.agent().id) member.send_ephemeral(presence_frame(agent, state));
}

void StreamRoom::broadcast_presence(AgentId agent, PresenceState state) {
  const auto frame = presence_frame(agent, state);
  for (auto* member : members_)
    if (member->subscribed() && member->agent().id != agent) member->send_ephemeral(frame);
}

void StreamRoom::rights_changed(AgentId agent, bool disabled) {
  const std::vector<StreamMember*> members(members_.begin(), members_.end());
  for (auto* member : members) {
    if (!members_.contains(member) || member->agent().id != agent) continue;
    if (disabled) {
      member->end(4401, "unauthenticated", std::nullopt);
    } else {
      member->end(4004, "rights changed", std::nullopt);
    }
  }
}

void StreamRoom::drain() {
  draining_ = true;
  std::vector<StreamMember*> everybody(members_.begin(), members_.end());
  everybody.insert(everybody.end(), guests_.begin(), guests_.end());
  for (auto* member : everybody)
    if (members_.contains(member) || guests_.contains(member)) send_away(*member);
}

void StreamRoom::send_away(StreamMember& member) {
  constexpr std::uint64_t spread_ms = 5'000;  // clients come back over this span
  member.end(4000, "restart", Milliseconds{250 + random_.next() % spread_ms});
}

}  // namespace inboxd::http
