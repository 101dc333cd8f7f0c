// Everybody who is connected to the stream: what is never stored (typing, viewing, presence) is passed on here, and a
// change of rights or the end of the daemon reaches every open socket. Net thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "daemon/clock/random.hpp"
#include "schemas/types/agent.hpp"
#include "schemas/types/event.hpp"

namespace inboxd::http {

inline constexpr Milliseconds typing_lives{6'000};
inline constexpr Milliseconds viewing_lives{60'000};

/// One authenticated connection, as the room sees it.
class StreamMember {
 public:
  virtual ~StreamMember() = default;
  [[nodiscard]] virtual const Agent& agent() const = 0;
  /// True once it has a subscription: ephemeral frames belong to a stream.
  [[nodiscard]] virtual bool subscribed() const = 0;
  /// True when one of its subscriptions may see the inbox and asked for it.
  [[nodiscard]] virtual bool follows(InboxId inbox) const = 0;
  /// Dropped when much waits already: nobody misses what lives for seconds.
  virtual void send_ephemeral(std::string_view frame) = 0;
  virtual void end(std::uint16_t code, std::string_view reason, std::optional<Milliseconds> retry_in) = 0;
};

enum class PresenceState { online, away, offline };

struct Ephemeral {
  std::string event;  // "typing", "viewing"
  ConversationId conversation;
  InboxId inbox;
  Actor actor;
  bool on = true;
  Milliseconds ttl{typing_lives};
};

class StreamRoom {
 public:
  explicit StreamRoom(Random& random) : random_(random) {}

  /// Connected, not yet known: only the end of the daemon concerns it. Told to come back at once when that has begun.
  void enter(StreamMember& guest);
  /// A guest becomes a member, now that agent() is known.
  void join(StreamMember& member);
  void leave(StreamMember& member);
  [[nodiscard]] std::size_t size() const { return members_.size(); }

  /// To everybody who sees the inbox, except the one it came from.
  void pass_on(const Ephemeral& ephemeral, const StreamMember* except);
  void set_presence(StreamMember& member, PresenceState state);
  /// Who else is here now, to a member that follows from now on.
  void tell_present(StreamMember& member);

  /// The agent's rights are others now: their streams end with 4004, or 4401 when the agent is disabled.
  void rights_changed(AgentId agent, bool disabled);
  /// Everybody is told to come back in a moment, not all at once.
  void drain();

 private:
  void broadcast_presence(AgentId agent, PresenceState state);
  void send_away(StreamMember& member);

  Random& random_;
  bool draining_ = false;
  std::set<StreamMember*> guests_;
  std::set<StreamMember*> members_;
  std::map<AgentId, PresenceState> presence_;
};

}  // namespace inboxd::http
