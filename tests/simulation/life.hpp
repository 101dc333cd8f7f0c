// One life of the daemon: the parts of daemon/app over a real store, with stepped threads in place of real ones.
// Destroying it at any moment is the crash: what was not committed is gone. Never outlived by anything it handed out.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/delivery/engine.hpp"
#include "daemon/delivery/signals.hpp"
#include "daemon/http/api/stream.hpp"
#include "daemon/ingest/media.hpp"
#include "daemon/ingest/pollers.hpp"
#include "daemon/ingest/webhooks.hpp"
#include "daemon/timers/due_timers.hpp"
#include "daemon/timers/housekeeping.hpp"
#include "storage/open.hpp"
#include "tests/simulation/mirror.hpp"
#include "tests/simulation/network.hpp"
#include "tests/support/manual_clock.hpp"

namespace inboxd::simulation {

/// Failures that engines report; a mistake of a channel's code is a broken invariant.
class Watchers final : public ingest::Observer, public delivery::Observer, public timers::Observer {
 public:
  explicit Watchers(Journal& journal) : journal_(journal) {}
  void webhook_answered(std::string_view, int) override {}
  void recipient_answered(std::string_view, ingest::RecipientAnswer) override {}
  void polled(std::string_view) override {}
  void received(std::string_view, const core::Received&, std::optional<Milliseconds>) override {}
  void failed(std::string_view inbox, std::string_view what, std::string_view detail) override {
    note(std::string(inbox), what, detail);
  }
  void settled(InboxId, OutboxId, const SendOutcome&) override {}
  void failed(InboxId inbox, std::string_view what, std::string_view detail) override {
    note(to_string(inbox), what, detail);
  }
  void failed(std::string_view what, std::string_view detail) override { note("timers", what, detail); }

 private:
  void note(const std::string& where, std::string_view what, std::string_view detail) {
    if (what == "next_send_step" || what == "verify")
      throw Broken("a channel's code failed: " + std::string(what) + ": " + std::string(detail));
    journal_.note(where + ": failed " + std::string(what) + ": " + std::string(detail));
  }
  Journal& journal_;
};

/// What outlives a crash.
struct World {
  std::filesystem::path folder;
  ManualClock& clock;
  SeededRandom& random;  // the daemon's own
  Chance& chance;
  Truth& truth;
  Mirror& mirror;
  Journal& journal;
  std::vector<std::unique_ptr<Provider>>& providers;
};

class Life {
 public:
  Life(World& world, int number);

  /// A read of the simulator's own, of what is committed now.
  void look(const std::function<void(const storage::Tables&)>& fn) { own_reader_->read(fn); }
  void look_at_store(const std::function<void(const command_bus::ReadSources&)>& fn) {
    own_reader_->read([&](const storage::Tables& tables) { fn({tables, *search_}); });
  }
  [[nodiscard]] std::shared_ptr<const ConfiguredChannels> channels() const { return channels_; }

 private:
  World& world_;
  storage::OpenedStore opened_;
  std::unique_ptr<storage::Writer> writer_;
  std::unique_ptr<storage::Reader> reader_;
  std::unique_ptr<storage::Reader> own_reader_;
  std::unique_ptr<storage::SearchReader> search_;
  std::shared_ptr<const ConfiguredChannels> channels_;
  Watchers watchers_;

 public:
  NetLoop loop;
  SteppedBus bus;
  SteppedReaders readers;
  Network network;
  live::Hub hub;
  http::StreamRoom room;
  delivery::Engine delivery;
  delivery::Signals signals;
  ingest::Media media;
  ingest::FollowUp follow_up;
  ingest::Webhooks webhooks;
  ingest::Pollers pollers;
  timers::DueTimers timers;
  timers::Housekeeping housekeeping;
  http::MediaLinks media_links;
  http::Surroundings api;
  http::StreamSurroundings stream;

 private:
  storage::OpenedStore open();
  std::shared_ptr<const ConfiguredChannels> register_inboxes();
  CurrentChannels current() {
    return [this] { return channels_; };
  }
  command_bus::RunInBackground background();
};

}  // namespace inboxd::simulation
