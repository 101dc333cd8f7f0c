#include "daemon/app/application.hpp"

#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "daemon/app/exit_code.hpp"
#include "daemon/app/inboxes.hpp"
#include "daemon/app/parts.hpp"

namespace inboxd::app {
namespace {

constexpr Milliseconds beat_interval{2'000};
constexpr Milliseconds count_interval{10'000};  // rows counted for /metrics
constexpr Milliseconds drain_deadline{6'000};   // of the ten seconds that a service manager is promised

enum class Touched { store, nothing };

/// The JSON that a store keeps for its probe is its own old one: writing it changes nothing but needs a working disk.
Result<Touched> touch_store(command_bus::Workspace& workspace) {
  auto inboxes = workspace.tables.inboxes().list();
  if (inboxes.empty()) return Touched::nothing;
  const auto state = workspace.tables.inboxes().connector_state(inboxes.front().id);
  workspace.tables.inboxes().set_connector_state(inboxes.front().id, state);
  return Touched::store;
}

}  // namespace

Application::Application(Surroundings surroundings) : parts_(std::make_unique<Parts>(std::move(surroundings))) {}

Application::~Application() {
  // The writer and the readers finish what they have; nobody is there to hear it any more.
  parts_->stream_connections.stop();
  parts_->transfers.stop();
  parts_->workers.join();
}

Result<void> Application::start() {
  if (auto registered = parts_->register_inboxes(); !registered) return registered;
  if (auto listening = parts_->server.listen(); !listening) return listening;
  if (auto listening = parts_->listen_for_mail(); !listening) return listening;
  parts_->compare_passed_sockets();
  parts_->start_engines();
  parts_->wait_for_signals();
  parts_->keep_beating();
  if (parts_->supervision) parts_->supervision->serving();
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
  auto made = make_connectors(with.config, signing_keys());
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

Result<void> Application::Parts::listen_for_mail() {
  const auto& address = with.config.server.lmtp;
  if (address.empty()) return {};
  if (auto listening = lmtp.listen(address); !listening) return listening;
  with.log.info("app", "taking mail by LMTP", {{"lmtp", address}});
  return {};
}

void Application::Parts::compare_passed_sockets() {
  const auto compare = [this](const char* key, http::Listener listener, const config::Address& wanted) {
    const auto port = server.local_port(listener);
    if (port == 0 || wanted.port == 0 || port == wanted.port) return;
    with.log.warning("app", "the service manager's socket is served in place of another port in the config",
                     {{"key", key}, {"port", port}, {"config_port", wanted.port}});
  };
  compare("server.listen", http::Listener::main, with.config.server.listen);
  if (with.config.server.metrics) compare("server.metrics", http::Listener::metrics, *with.config.server.metrics);
}

void Application::Parts::start_engines() {
  delivery.start();
  media.start();
  pollers.reload();
  streams.reload();
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
  if (supervision) supervision->reloading();
  auto fresh = with.reload();
  if (!fresh) return refuse_reload(fresh.error().detail);
  if (const auto reasons = config::restart_reasons(with.config, *fresh); !reasons.empty())
    return refuse_reload(fmt::format("{}", fmt::join(reasons, "; ")));
  apply(std::move(*fresh));
}

void Application::Parts::apply(config::Config fresh) {
  for (const auto& secret : fresh.secrets) with.redactor.add(secret);
  auto made = make_connectors(fresh, signing_keys());
  if (!made) return refuse_reload(made.error().detail);
  const auto& server_part = fresh.server;
  auto apply_to_server = server.prepare({server_part.tls_certificate.string(), server_part.tls_key.string(),
                                         server_part.trusted_proxies, server_part.connections_max});
  if (!apply_to_server) return refuse_reload(apply_to_server.error().detail);
  // The store is the last that can refuse; after its commit nothing can.
  bus.submit<std::shared_ptr<const ConfiguredChannels>>(
      register_command(std::move(made).value()), [this, config = std::move(fresh), apply_to_server = *apply_to_server](
                                                     Result<std::shared_ptr<const ConfiguredChannels>> now) {
        if (!now) return refuse_reload(now.error().detail);
        if (stopping) return;
        channels = *now;
        apply_to_server();
        adopt(config);
        pollers.reload();
        streams.reload();
        checks.start();
        delivery.wake();
        with.log.info("config", "reloaded", {{"inboxes", config.inboxes.size()}});
        if (supervision) supervision->reloaded();
      });
}

void Application::Parts::refuse_reload(const std::string& why) {
  with.log.error("config", "reload refused; the old config stays", {{"why", why}});
  if (supervision) supervision->reloaded();
}

void Application::Parts::keep_beating() {
  const auto now = clock.steady_now();
  health.loop_alive(now);
  health.writer_alive(bus.last_turn());
  if (!bus.healthy()) probe_store();
  // A read of the log that failed is made again even when nothing more is committed.
  hub.committed(hub.head());
  visitors.followers().committed(hub.head());
  if (!counted_at || now - *counted_at >= count_interval) {
    counted_at = now;
    count_rows();
  }
  beat = clock.after(beat_interval, [this] { keep_beating(); });
}

void Application::Parts::probe_store() {
  bus.submit<Touched>(touch_store, [this](const Result<Touched>& touched) {
    // Without an inbox there is nothing to try it on: the next write will tell.
    if (touched && *touched == Touched::nothing) health.store_writable();
  });
}

void Application::Parts::drain() {
  if (std::exchange(stopping, true)) return;
  with.log.info("app", "stopping");
  if (supervision) supervision->stopping();
  health.drain();
  pollers.stop();
  streams.stop();
  folder_import.stop();
  checks.stop();
  examinations.stop();
  media.stop();
  timers.stop();
  housekeeping.stop();
  copies.stop();
  room.drain();
  visitors.followers().drain();
  hub.end();
  delivery.drain(drain_deadline, [this](std::size_t left) {
    if (left > 0) with.log.warning("delivery", "still on their way at the end", {{"rows", left}});
    delivery_drained = true;
    finish_when_drained();
  });
  grant_transfers.drain(drain_deadline, [this] {
    grants_drained = true;
    finish_when_drained();
  });
  lmtp.drain(drain_deadline, [this] {
    lmtp_drained = true;
    finish_when_drained();
  });
  server.drain(drain_deadline, [this] {
    server_drained = true;
    finish_when_drained();
  });
}

void Application::Parts::finish_when_drained() {
  if (!delivery_drained || !server_drained || !lmtp_drained || !grants_drained) return;
  bus.stop_accepting();
  beat.reset();
  net.stop();
}

}  // namespace inboxd::app
