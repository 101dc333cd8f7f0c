// Everybody who follows a chat now, and the head of the log for them: after a commit the news are read once, and those
// whose conversation moved are told; each fetches what is new by itself. Net thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/command_bus/readers.hpp"
#include "schemas/types/visitor.hpp"

namespace inboxd::visitors {

inline constexpr int log_events_max = 500;  // read at once

class Follower {
 public:
  virtual ~Follower() = default;
  [[nodiscard]] virtual VisitorId visitor() const = 0;
  /// As the last read said.
  [[nodiscard]] virtual std::optional<IdentityId> identity() const = 0;
  [[nodiscard]] virtual std::optional<ConversationId> conversation() const = 0;
  virtual void chat_moved() = 0;
  /// What lives for seconds; dropped when much waits already.
  virtual void show(std::string_view frame) = 0;
  /// May destroy the follower.
  virtual void end(std::uint16_t code, std::string_view reason, std::optional<Milliseconds> retry_in) = 0;
};

class Followers {
 public:
  Followers(command_bus::Readers& readers, CurrentChannels channels, Random& random, std::int64_t head)
      : readers_(readers), channels_(std::move(channels)), random_(random), position_(head), committed_(head) {}

  /// Told to come back in a moment when the daemon is ending.
  void enter(Follower& follower);
  void leave(Follower& follower) { all_.erase(&follower); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

  /// A commit brought the log to `head`.
  void committed(std::int64_t head);
  /// Something about the visitor themselves is another now.
  void visitor_moved(VisitorId visitor);
  void visitor_ended(VisitorId visitor);
  void agent_types(ConversationId conversation, const std::string& name, bool on);
  void drain();

 private:
  struct Touched {
    std::set<IdentityId> identities;
    std::int64_t scanned_to = 0;
  };
  static Touched touched_after(const storage::Tables& tables, std::int64_t sequence, const std::set<InboxId>& served);
  void read_log();
  void send_away(Follower& follower);
  template <class Fits, class Tell>
  void tell(Fits fits, Tell call);

  command_bus::Readers& readers_;
  CurrentChannels channels_;
  Random& random_;
  std::int64_t position_;
  std::int64_t committed_;
  bool reading_ = false;
  bool draining_ = false;
  std::set<Follower*> all_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::visitors
