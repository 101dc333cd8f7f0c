// What the customer sees of the desk at work: "typing…" and read marks, where the channel can show them. Called when
// agents type and read; best effort, one transfer each, never retried, never a row.
#pragma once

#include <map>
#include <string>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/command_bus/readers.hpp"
#include "daemon/delivery/observer.hpp"

namespace inboxd::delivery {

/// Per conversation; providers show "typing…" for at least five seconds.
inline constexpr Milliseconds typing_interval{4'000};
inline constexpr std::size_t signals_remembered_max = 10'000;  // conversations; beyond it the memory starts anew
inline constexpr int signals_in_flight_max = 32;               // more are dropped

class Signals {
 public:
  struct Surroundings {
    CurrentChannels channels;
    command_bus::Readers& readers;
    transfers::Transfers& transfers;
    Clock& clock;
    Observer& observer;
  };

  explicit Signals(Surroundings surroundings) : with_(std::move(surroundings)) {}

  void show_typing(ConversationId conversation);
  /// Everything up to the customer's newest message; the same message is reported once.
  void mark_read(ConversationId conversation);

 private:
  enum class Kind { typing, read };
  struct Place {
    InboxId inbox;
    std::string thread;
    std::string last_external_id;
  };

  void find(ConversationId conversation, Kind kind);
  void signal(ConversationId conversation, Kind kind, const Place& place);

  Surroundings with_;
  std::map<ConversationId, Milliseconds> typed_at_;
  std::map<ConversationId, std::string> read_up_to_;
  int in_flight_ = 0;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::delivery
