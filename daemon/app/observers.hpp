// Turns what the engines report into metrics and log lines. Inbox names are looked up here, so that engines speak of
// ids only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/clock.hpp"
#include "daemon/delivery/observer.hpp"
#include "daemon/ingest/observer.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/observe/metrics.hpp"
#include "daemon/timers/observer.hpp"

namespace inboxd::app {

class Observers final : public ingest::Observer, public delivery::Observer, public timers::Observer {
 public:
  Observers(observe::Log& log, observe::Metrics& metrics, CurrentChannels channels, const Clock& clock)
      : log_(log), metrics_(metrics), channels_(std::move(channels)), clock_(clock) {}

  /// Since the start.
  [[nodiscard]] std::uint64_t messages_in() const { return messages_in_; }
  [[nodiscard]] std::uint64_t messages_out() const { return messages_out_; }

  void webhook_answered(std::string_view inbox, int status) override;
  void recipient_answered(std::string_view inbox, ingest::RecipientAnswer answer) override;
  void polled(std::string_view inbox) override;
  void received(std::string_view inbox, const core::Received& received, std::optional<Milliseconds> lag) override;
  void failed(std::string_view inbox, std::string_view what, std::string_view detail) override;

  void settled(InboxId inbox, OutboxId row, const SendOutcome& outcome) override;
  void failed(InboxId inbox, std::string_view what, std::string_view detail) override;

  void failed(std::string_view what, std::string_view detail) override;

 private:
  [[nodiscard]] std::string name_of(InboxId inbox) const;

  observe::Log& log_;
  observe::Metrics& metrics_;
  CurrentChannels channels_;
  const Clock& clock_;
  std::uint64_t messages_in_ = 0;
  std::uint64_t messages_out_ = 0;
};

}  // namespace inboxd::app
