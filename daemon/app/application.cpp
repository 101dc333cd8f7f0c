#include "daemon/app/application.hpp"

#include <csignal>
#include <utility>

#include "daemon/app/exit_code.hpp"
#include "daemon/app/inboxes.hpp"
#include "daemon/app/parts.hpp"

namespace inboxd::app {
namespace {

constexpr Milliseconds beat_interval{2'000};
constexpr Milliseconds count_interval{10'000};  // rows counted for /metrics
constexpr Milliseconds drain_deadline{6'000};   // of the ten seconds that a service manager is promised

/// The JSON that a store keeps for its probe is its own old one: writing it changes nothing but needs a working disk.
Result<bool> touch_store(command_bus::Workspace& workspace) {
  auto inboxes = workspace.tables.inboxes().list();
  if (inboxes.empty()) return true;
  const auto state = workspace.tables.inboxes().connector_state(inboxes.front().id);
  workspace.tables.inboxes().set_connector_state(inboxes.front().id, state);
  return true;
}

}  // namespace

Application::Application(Surroundings surroundings) : parts_(std::make_unique<Parts>(std::move(surroundings))) {}

Application::~Application() {
  // The writer and the readers finish what they have; nobody is there to hear it any more.
  parts_->transfers.stop();
  parts_->workers.join();
}

Result<void> Application::start() {
  if (auto registered = parts_->register_inboxes(); !registered) return registered;
  if (auto listening = parts_->server.listen(); !listening) return listening;
  parts_->start_engines();
  parts_->wait_for_signals();
  parts_->keep_beating();
  return {};
}

int Application::run() {
  parts_->net.run();
  return static_cast<int>(ExitCode::ok);
}

void Application::stop() { parts_->drain(); }

std::string Application::address() const {
  auto address = parts_->with.config.server.listen;
  address.port = parts_->server.local_port(http::Listener::main);
  return config::to_string(address);
}

std::string Application::metrics_address() const {
  if (!parts_->with.config.server.metrics) return {};
  auto address = *parts_->with.config.server.metrics;
  address.port = parts_->server.local_port(http::Listener::metrics);
  return config::to_string(address);
}

Result<void> Application::Parts::register_inboxes() {
  auto made = make_connectors(with.config);
  if (!made) return made.error();
  Result<void> outcome = Error{ErrorCode::internal, "the inboxes were not registered", {}};
  bus.submit<std::shared_ptr<const ConfiguredChannels>>(
      register_command(std::move(made).value()),
      [this, &outcome](Result<std::shared_ptr<const ConfiguredChannels>> now) {
        if (now) channels = *now;
        outcome = now ? Result<void>() : Result<void>(now.error());
        net.stop();
      });
  // The loop runs here for this one answer; nothing listens yet.
  auto work = boost::asio::make_work_guard(net);
  net.run();
  // The guard's end stops a loop without work, so the restart comes after it.
  work.reset();
  net.restart();
  return outcome;
}

void Application::Parts::start_engines() {
  delivery.start();
  media.wake();
  pollers.reload();
  checks.start();
  timers.wake();
  housekeeping.start();
}

void Application::Parts::wait_for_signals() {
  signals_set.add(SIGTERM);
  signals_set.add(SIGINT);
  signals_set.add(SIGHUP);
  signals_set.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      reload();
    } else {
      drain();
    }
    wait_for_signals();
  });
}

void Application::Parts::reload() {
  if (stopping) return;
  auto fresh = with.reload();
  if (!fresh) return with.log.error("config", "reload refused; the old config stays", {{"why", fresh.error().detail}});
  if (const auto reasons = config::restart_reasons(with.config, *fresh); !reasons.empty())
    return with.log.error("config", "reload refused; the old config stays", {{"why", reasons.front()}});
  auto made = make_connectors(*fresh);
  if (!made) return with.log.error("config", "reload refused; the old config stays", {{"why", made.error().detail}});
  bus.submit<std::shared_ptr<const ConfiguredChannels>>(
      register_command(std::move(made).value()),
      [this, config = *fresh](Result<std::shared_ptr<const ConfiguredChannels>> now) {
        if (!now)
          return with.log.error("config", "reload refused; the old config stays", {{"why", now.error().detail}});
        if (stopping) return;
        channels = *now;
        adopt(config);
        if (auto read = server.reload_certificate(); !read)
          with.log.error("http", "the old certificate stays", {{"why", read.error().detail}});
        pollers.reload();
        checks.start();
        delivery.wake();
        with.log.info("config", "reloaded", {{"inboxes", config.inboxes.size()}});
      });
}

void Application::Parts::keep_beating() {
  const auto now = clock.steady_now();
  health.loop_alive(now);
  health.writer_alive(bus.last_turn());
  if (!bus.healthy()) probe_store();
  // A read of the log that failed is made again even when nothing more is committed.
  hub.committed(hub.head());
  visitors.followers().committed(hub.head());
  if (now - counted_at >= count_interval) {
    counted_at = now;
    count_rows();
  }
  beat = clock.after(beat_interval, [this] { keep_beating(); });
}

void Application::Parts::probe_store() {
  bus.submit<bool>(touch_store, [](const Result<bool>&) {});
}

void Application::Parts::drain() {
  if (std::exchange(stopping, true)) return;
  with.log.info("app", "stopping");
  health.drain();
  pollers.stop();
  checks.stop();
  media.stop();
  timers.stop();
  housekeeping.stop();
  room.drain();
  visitors.followers().drain();
  hub.end();
  delivery.drain(drain_deadline, [this](std::size_t left) {
    if (left > 0) with.log.warning("delivery", "still on their way at the end", {{"rows", left}});
    delivery_drained = true;
    finish_when_drained();
  });
  server.drain(drain_deadline, [this] {
    server_drained = true;
    finish_when_drained();
  });
}

void Application::Parts::finish_when_drained() {
  if (!delivery_drained || !server_drained) return;
  bus.stop_accepting();
  beat.reset();
  net.stop();
}

}  // namespace inboxd::app
