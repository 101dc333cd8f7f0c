#include "daemon/app/parts.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/app/exit_code.hpp"
#include "daemon/app/startup.hpp"

namespace inboxd::app {
namespace {

constexpr int reader_threads = 2;
constexpr std::chrono::hours visitor_link_lives{24};  // a chat stays open in a tab for long

std::vector<command_bus::ReaderPool::Connections> open_readers(storage::OpenedStore& opened) {
  std::vector<command_bus::ReaderPool::Connections> connections;
  for (int i = 0; i < reader_threads; ++i)
    connections.push_back({opened.store->open_reader(), opened.open_search_reader()});
  return connections;
}

std::int64_t head_of(storage::OpenedStore& opened) {
  std::int64_t head = 0;
  opened.store->open_reader()->read([&](const storage::Tables& tables) { head = tables.events().head(); });
  return head;
}

void add_listeners(http::ServerOptions& options, http::Listener listener, const config::Address& address,
                   const std::vector<int>& passed) {
  if (passed.empty()) options.listeners.push_back({listener, config::to_string(address), {}});
  for (const int socket : passed) options.listeners.push_back({listener, config::to_string(address), socket});
}

http::ServerOptions server_options(const config::Config& config, const service::PassedSockets& sockets,
                                   observe::Metrics& metrics) {
  http::ServerOptions options;
  add_listeners(options, http::Listener::main, config.server.listen, sockets.api);
  if (config.server.metrics) add_listeners(options, http::Listener::metrics, *config.server.metrics, sockets.metrics);
  options.listeners.push_back({http::Listener::admin, config.server.admin_socket.string()});
  options.tls_certificate = config.server.tls_certificate.string();
  options.tls_key = config.server.tls_key.string();
  options.trusted_proxies = config.server.trusted_proxies;
  options.connections_max = config.server.connections_max;
  options.observe = [&metrics](const http::ServedRequest& served) {
    metrics.http_request(served.method, served.pattern, served.status, served.duration);
  };
  return options;
}

/// Asked on the writer's thread, so it holds its own copy: a reload replaces the config under it.
std::function<std::chrono::days(const std::string&)> close_after_of(const config::Config& config) {
  auto spans = std::make_shared<std::map<std::string, std::chrono::days>>();
  for (const auto& inbox : config.inboxes)
    if (inbox.close_after_days) spans->emplace(inbox.name, *inbox.close_after_days);
  return [spans = std::shared_ptr<const std::map<std::string, std::chrono::days>>(std::move(spans)),
          otherwise = std::chrono::days{config.conversations.close_after_days}](const std::string& inbox) {
    const auto span = spans->find(inbox);
    return span == spans->end() ? otherwise : span->second;
  };
}

/// Different in each process, so that rows which a dead one had claimed are known.
std::string make_owner(Random& random) { return "p" + std::to_string(random.next()); }

}  // namespace

Application::Parts::Parts(Surroundings surroundings)
    : with(std::move(surroundings)),
      health(clock.steady_now()),
      observers(with.log, metrics, current_channels(), clock),
      bus(with.opened.store->open_writer(),
          {clock, poster(), [this](const command_bus::Committed& group) { committed(group); },
           [this](storage::FailureKind kind, const std::string& what) { store_failed(kind, what); }}),
      readers(open_readers(with.opened), {poster(),
                                          [this](const std::string& what) {
                                            with.log.error("storage", "read failed", {{"why", what}});
                                          }}),
      copies({with.opened, with.config.storage.directory, clock, with.log, poster()}),
      hub(
          readers, [this] { return channels; }, with.opened.store->epoch(), head_of(with.opened),
          [this](const std::string& why) {
            metrics.stream_event_unreadable();
            with.log.error("stream", "an event was stepped over", {{"why", why}});
          }),
      search({with.opened.store->open_reader(), std::move(with.opened.search_writer), with.opened.store->epoch(),
              [this](const std::string& what) {
                with.log.error("search", "index not written", {{"why", what}});
              }}),
      transfers({}, *with.opened.blobs, clock, random, poster(),
                [this](const transfers::TransferReport& report) {
                  metrics.transfer(report.label, report.code(), report.duration);
                }),
      grant_transfers({current_channels(), bus, readers, transfers, clock}),
      stream_connections(poster()),
      delivery({current_channels(), bus, readers, grant_transfers, clock, random, observers, make_owner(random)}),
      signals({current_channels(), readers, transfers, clock, observers}),
      media({current_channels(), bus, readers, transfers, clock, random, observers}),
      follow_up({readers, transfers, clock, observers, [this] { media.wake(); },
                 [this](const ingest::CustomerTyping& typing) {
                   room.pass_on({"typing",
                                 typing.conversation,
                                 typing.inbox,
                                 {ActorKind::contact, typing.contact.value},
                                 typing.on,
                                 http::typing_lives},
                                nullptr);
                 }}),
      webhooks({current_channels(), bus, clock, background(), follow_up, observers}),
      pollers({current_channels(), bus, readers, transfers, clock, random, follow_up, observers}),
      streams({current_channels(), bus, readers, stream_connections, grant_transfers, *with.opened.blobs, clock, random,
               background(), follow_up, observers}),
      lmtp(net, {current_channels(), bus, *with.opened.blobs, clock, background(), follow_up, observers}),
      checks({current_channels(), bus, grant_transfers, clock, random, observers,
              [this](const std::string& inbox) -> std::optional<std::string> {
                if (!with.config.server.public_url.starts_with("https://")) return std::nullopt;
                return with.config.server.public_url + "/hooks/" + inbox;
              }}),
      examinations({grant_transfers, stream_connections, clock, random}, current_channels()),
      file_import({current_channels(), bus, readers, *with.opened.blobs, background(), observers,
                   [this](const std::string& inbox) { return api.close_after(inbox); }}),
      folder_import({current_channels(), bus, readers, stream_connections, grant_transfers, *with.opened.blobs, clock,
                     random, background(), follow_up, observers},
                    [this](const std::string& inbox) { return api.close_after(inbox); }),
      timers({bus, readers, clock, observers}),
      housekeeping({bus, *with.opened.blobs, clock, background(), observers,
                    [this] {
                      return timers::Retention{std::chrono::days{with.config.storage.events_days},
                                               std::chrono::days{with.config.storage.originals_days}};
                    }}),
      media_links(random),
      room(random),
      api{bus,
          readers,
          clock,
          hub,
          *with.opened.blobs,
          media_links,
          [this] { return channels; },
          with.config.server.upload_bytes_max,
          with.config.server.media_url,
          close_after_of(with.config),
          [this](ConversationId conversation) { signals.mark_read(conversation); }},
      stream{api,
             clock,
             room,
             {},
             with.config.server.public_url,
             [this](ConversationId conversation, const Agent& agent, bool on) {
               if (on) signals.show_typing(conversation);
               visitors.followers().agent_types(conversation, agent.name, on);
             },
             [this](std::uint16_t code) { metrics.stream_closed(code); }},
      admin{bus,
            readers,
            random,
            [this] { return channels; },
            with.opened.store->epoch(),
            [this](AgentId agent, bool disabled) { room.rights_changed(agent, disabled); },
            [this](http::EventPoll poll, http::Responder respond) {
              http::follow_events(hub, clock, std::move(poll), std::move(respond));
            },
            [this] {
              return R"(,"instance":")" + instance + R"(","uptime_ms":)" +
                     std::to_string((clock.steady_now() - started_at).count()) + R"(,"stream_clients":)" +
                     std::to_string(room.size()) + R"(,"connections":)" + std::to_string(server.connections());
            }},
      visitors({current_channels(), bus, readers, clock, random, *with.opened.blobs,
                [this](AttachmentId attachment) {
                  return api.media_base + "/media/" + media_links.sign(attachment, clock.now() + visitor_link_lives);
                },
                [this](const visitors::VisitorTyping& typing) {
                  room.pass_on({"typing",
                                typing.conversation,
                                typing.inbox,
                                {ActorKind::contact, typing.contact.value},
                                typing.on,
                                http::typing_lives},
                               nullptr);
                },
                hub.head()}),
      chat{visitors, clock},
      server(net, router, *with.opened.blobs, clock, server_options(with.config, with.sockets, metrics),
             [this](std::string_view line) { with.log.warning("http", line); }),
      started_at(clock.steady_now()) {
  if (with.notifier != nullptr) supervision.emplace(clock, bus, *with.notifier, [this] { return bus.last_turn(); });
  add_routes();
}

void Application::Parts::adopt(const config::Config& config) {
  with.config = config;
  with.log.set_least(log_level(config));
  router.limit_body("POST", http::upload_route, config.server.upload_bytes_max);
  api.media_base = config.server.media_url;
  api.close_after = close_after_of(config);
  stream.public_origin = config.server.public_url;
}

std::function<void(std::function<void()>)> Application::Parts::poster() {
  return [this](std::function<void()> call) { boost::asio::post(net, std::move(call)); };
}

command_bus::RunInBackground Application::Parts::background() {
  return [this](std::function<void()> work, std::function<void()> then) {
    boost::asio::post(workers, [this, work = std::move(work), then = std::move(then)]() mutable {
      work();
      boost::asio::post(net, std::move(then));
    });
  };
}

SigningKeys Application::Parts::signing_keys() const {
  return [&opened = with.opened](const std::string& inbox) { return opened.derive_secret("signing:" + inbox); };
}

CurrentChannels Application::Parts::current_channels() {
  return [this] { return channels; };
}

void Application::Parts::add_routes() {
  http::add_hook_routes(router, webhooks);
  http::add_probe_routes(router, {clock, health, metrics, [this] { refresh_metrics(); }, instance});
  http::add_conversation_routes(router, api);
  http::add_message_routes(router, api);
  http::add_contact_routes(router, api);
  http::add_attachment_routes(router, api);
  http::add_people_routes(router, api);
  http::add_event_routes(router, api);
  http::add_stream_route(router, stream);
  http::add_admin_routes(router, admin);
  http::add_chat_routes(router, chat);
  http::add_copy_routes(router, copies);
  http::add_examination_routes(router, examinations);
  http::add_import_routes(router, {file_import, folder_import});
}

void Application::Parts::committed(const command_bus::Committed& group) {
  // Those that only read are the watchdog's beats: no commit to speak of, and no proof that the disk is well again.
  if (group.changed) metrics.commit(group.took, group.commands);
  if (bus.healthy()) health.store_writable();
  hub.committed(group.head);
  visitors.followers().committed(group.head);
  search.wake();
  if (!group.waiting_work_changed) return;
  delivery.wake();
  timers.wake();
}

void Application::Parts::store_failed(storage::FailureKind kind, const std::string& what) {
  with.log.error("storage", "the store failed", {{"why", what}});
  switch (kind) {
    case storage::FailureKind::unavailable:
      health.store_failing(what);
      return;
    // What was written cannot be trusted any more: only a restart, which reads what is really there, may go on.
    case storage::FailureKind::sync_failed:
    case storage::FailureKind::corrupt:
      std::_Exit(static_cast<int>(ExitCode::io_error));
  }
}

void Application::Parts::refresh_metrics() {
  metrics.stream_clients(room.size());
  metrics.stream_lag(hub.lag_max());
  metrics.stream_events_sent(hub.given() - std::exchange(events_given, hub.given()));
  metrics.command_queue(bus.waiting());
  metrics.log_head(hub.head());
  std::error_code missing;
  const auto wal = std::filesystem::file_size(with.config.storage.directory / "inboxd.db-wal", missing);
  metrics.wal_bytes(missing ? 0 : wal);
}

/// What only the store knows; asked now and then, so that a scrape reads no rows itself.
void Application::Parts::count_rows() {
  struct Counted {
    storage::OutboxCounts outbox;
    std::vector<Inbox> inboxes;
  };
  readers.read<Counted>(
      [](const command_bus::ReadSources& sources) -> Result<Counted> {
        return Counted{sources.tables.outbox().counts(), sources.tables.inboxes().list()};
      },
      [this](Result<Counted> counted) {
        if (!counted) return;
        metrics.outbox(DeliveryState::queued, counted->outbox.queued);
        metrics.outbox(DeliveryState::sending, counted->outbox.sending);
        metrics.outbox(DeliveryState::failed, counted->outbox.failed);
        metrics.outbox(DeliveryState::uncertain, counted->outbox.uncertain);
        metrics.outbox_held(counted->outbox.held);
        const auto oldest = counted->outbox.oldest_queued;
        metrics.outbox_oldest(oldest ? std::max(clock.now() - *oldest, Milliseconds{0}) : Milliseconds{0});
        tell_status(counted->outbox);
        for (const auto& inbox : counted->inboxes) metrics.inbox_health(inbox.name, inbox.health.state);
      });
}

void Application::Parts::tell_status(const storage::OutboxCounts& outbox) {
  if (!supervision) return;
  supervision->status("messages in " + std::to_string(observers.messages_in()) + ", out " +
                      std::to_string(observers.messages_out()) + "; streams " + std::to_string(room.size()) +
                      "; outbox queued " + std::to_string(outbox.queued) + ", uncertain " +
                      std::to_string(outbox.uncertain));
}

}  // namespace inboxd::app
