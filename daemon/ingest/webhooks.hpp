// A provider's webhook from bytes to answer: verified, understood, committed, and only then answered. Called by
// daemon/http for /hooks/{inbox}; an answer of 2xx means that everything new is stored for good.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/command_bus/background.hpp"
#include "daemon/ingest/follow_up.hpp"
#include "daemon/ingest/intake.hpp"

namespace inboxd::ingest {

/// Larger bodies are understood off the net thread.
inline constexpr std::size_t in_place_bytes_max = 64U << 10U;
/// Asked for when the store gave no time of its own.
inline constexpr Milliseconds refused_retry_after{5'000};

struct WebhookAnswer {
  int status = 200;
  std::string body;  // text/plain: only a challenge and a refusal have one
  std::optional<Milliseconds> retry_after;
};

class Webhooks {
 public:
  struct Surroundings {
    CurrentChannels channels;
    command_bus::Bus& bus;
    Clock& clock;
    command_bus::RunInBackground run_in_background;
    FollowUp& follow_up;
    Observer& observer;
  };
  using Done = std::function<void(WebhookAnswer)>;

  explicit Webhooks(Surroundings surroundings) : with_(std::move(surroundings)) {}

  /// `done` on the net thread, once, perhaps before this returns.
  void handle(const std::string& inbox_name, connectors::WebhookRequest request, Done done);

 private:
  struct Call;

  void verified(const std::shared_ptr<Call>& call);
  void store(const std::shared_ptr<Call>& call);
  void stored(const std::shared_ptr<Call>& call, const Result<core::Received>& received);
  void answer(const Call& call, WebhookAnswer answer);

  Surroundings with_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest
