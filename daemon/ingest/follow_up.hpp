// What follows once a provider request is committed: acknowledgements to the provider, media to fetch, typing shown.
// Called by webhooks and the pollers; best effort, nothing here may fail a request that is stored already.
#pragma once

#include <functional>
#include <string>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/command_bus/readers.hpp"
#include "daemon/core/messages/receive.hpp"
#include "daemon/ingest/observer.hpp"

namespace inboxd::ingest {

/// At once, over all inboxes; beyond it an acknowledgement is dropped and reported.
inline constexpr int acknowledgements_in_flight_max = 32;

/// A customer types in a conversation that exists.
struct CustomerTyping {
  InboxId inbox;
  ConversationId conversation;
  ContactId contact;
  bool on = true;
};

class FollowUp {
 public:
  struct Surroundings {
    command_bus::Readers& readers;
    transfers::Transfers& transfers;
    Clock& clock;
    Observer& observer;
    std::function<void()> wake_media;
    std::function<void(const CustomerTyping&)> typing;
  };

  explicit FollowUp(Surroundings surroundings) : with_(std::move(surroundings)) {}

  void committed(const ConfiguredChannel& channel, const Inbound& inbound, const core::Received& received);

 private:
  void acknowledge(const ConfiguredChannel& channel, const Acknowledgement& acknowledgement);
  void show_typing(const ConfiguredChannel& channel, const TypingReported& event);
  [[nodiscard]] std::optional<Milliseconds> lag_of(const Inbound& inbound) const;

  Surroundings with_;
  int acknowledgements_in_flight_ = 0;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest
