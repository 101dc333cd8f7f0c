// The parts list of the daemon, one sentence per part, in build order: each needs only those above it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>

#include "daemon/app/application.hpp"
#include "daemon/app/inboxes.hpp"
#include "daemon/app/observers.hpp"
#include "daemon/app/store_copies.hpp"
#include "daemon/app/supervision.hpp"
#include "daemon/channels/grant_transfers.hpp"
#include "daemon/clock/system_clock.hpp"
#include "daemon/clock/system_random.hpp"
#include "daemon/command_bus/reader_pool.hpp"
#include "daemon/command_bus/writer_bus.hpp"
#include "daemon/delivery/engine.hpp"
#include "daemon/delivery/signals.hpp"
#include "daemon/http/api/admin.hpp"
#include "daemon/http/api/chat.hpp"
#include "daemon/http/api/copies.hpp"
#include "daemon/http/api/examinations.hpp"
#include "daemon/http/api/hooks.hpp"
#include "daemon/http/api/imports.hpp"
#include "daemon/http/api/resources.hpp"
#include "daemon/http/api/stream.hpp"
#include "daemon/http/server.hpp"
#include "daemon/ingest/checks.hpp"
#include "daemon/ingest/examinations.hpp"
#include "daemon/ingest/file_import.hpp"
#include "daemon/ingest/folder_import.hpp"
#include "daemon/ingest/lmtp/listener.hpp"
#include "daemon/ingest/media.hpp"
#include "daemon/ingest/pollers.hpp"
#include "daemon/ingest/streams.hpp"
#include "daemon/ingest/webhooks.hpp"
#include "daemon/live/hub.hpp"
#include "daemon/live/search_feed.hpp"
#include "daemon/observe/health.hpp"
#include "daemon/observe/metrics.hpp"
#include "daemon/timers/due_timers.hpp"
#include "daemon/timers/housekeeping.hpp"
#include "daemon/transfers/curl_streams.hpp"
#include "daemon/transfers/curl_transfers.hpp"
#include "daemon/visitors/visitors.hpp"

namespace inboxd::app {

struct Application::Parts {
  explicit Parts(Surroundings surroundings);

  // What was given: the config, the opened store, the log.
  Surroundings with;
  // The net thread's loop: HTTP, WebSocket, timers; nothing on it blocks.
  boost::asio::io_context net{1};
  SystemClock clock{net};
  SystemRandom random;
  // Which process this is, for who finds it behind a proxy.
  const std::string instance = std::to_string(random.next());
  observe::Metrics metrics;
  observe::Health health;
  // The configured inboxes as of now; replaced whole by a reload.
  std::shared_ptr<const ConfiguredChannels> channels = std::make_shared<ConfiguredChannels>();
  Observers observers;
  // Worker threads for what must not run on the net thread: large bodies, mail, deleting files.
  boost::asio::thread_pool workers{2};
  // The writer: the one thread and connection that change anything.
  command_bus::WriterBus bus;
  // The readers: snapshots for REST, the stream and the engines.
  command_bus::ReaderPool readers;
  // Copies of the store, for backups.
  StoreCopies copies;
  // The head of the log, for everybody who follows it.
  live::Hub hub;
  // The search index, fed from the log.
  live::SearchFeed search;
  // Outgoing requests.
  transfers::CurlTransfers transfers;
  // The same, with inboxes' grants refreshed one at a time and kept as they change.
  GrantTransfers grant_transfers;
  // Connections that stay open (IMAP).
  transfers::CurlStreams stream_connections;
  // The outbox on its way to the providers, and what customers see of the desk at work.
  delivery::Engine delivery;
  delivery::Signals signals;
  // What arrives: media by reference, acknowledgements, webhooks, polls, streams, mail that is handed over; and whether
  // all is well with each inbox.
  ingest::Media media;
  ingest::FollowUp follow_up;
  ingest::Webhooks webhooks;
  ingest::Pollers pollers;
  ingest::Streams streams;
  ingest::lmtp::Listener lmtp;
  ingest::Checks checks;
  // Inboxes looked at from end to end, for doctor.
  ingest::Examinations examinations;
  // What was written before: histories out of files and folders.
  ingest::FileImport file_import;
  ingest::FolderImport folder_import;
  // What falls due, and what has been kept long enough.
  timers::DueTimers timers;
  timers::Housekeeping housekeeping;
  // Who is connected to the stream, and the API's surroundings.
  http::MediaLinks media_links;
  http::StreamRoom room;
  http::Surroundings api;
  http::StreamSurroundings stream;
  http::AdminSurroundings admin;
  // Customers who come to us by themselves, and their routes' surroundings.
  visitors::Visitors visitors;
  http::ChatSurroundings chat;
  // Which handler answers what, and the server in front of it.
  http::Router router;
  http::Server server;

  // What the service manager hears; absent without one.
  std::optional<Supervision> supervision;

  boost::asio::signal_set signals_set{net};
  std::unique_ptr<Wait> beat;
  Milliseconds started_at{0};
  std::optional<Milliseconds> counted_at;
  std::uint64_t events_given = 0;  // as of the last scrape
  bool stopping = false;
  bool delivery_drained = false;
  bool server_drained = false;
  bool lmtp_drained = false;
  bool grants_drained = false;

  void add_routes();
  void start_engines();
  Result<void> listen_for_mail();
  /// Says so where a passed socket and the config disagree: the socket is what counts.
  void compare_passed_sockets();
  Result<void> register_inboxes();
  /// Of the store's master key.
  [[nodiscard]] SigningKeys signing_keys() const;
  void wait_for_signals();
  void reload();
  /// Reads, checks and makes everything, then applies it whole or not at all.
  void apply(config::Config fresh);
  void refuse_reload(const std::string& why);
  /// What a reload may change and nobody asks the config for each time.
  void adopt(const config::Config& config);
  void keep_beating();
  void probe_store();
  void refresh_metrics();
  void count_rows();
  void tell_status(const storage::OutboxCounts& outbox);
  void committed(const command_bus::Committed& group);
  void store_failed(storage::FailureKind kind, const std::string& what);
  void drain();
  void finish_when_drained();
  [[nodiscard]] std::function<void(std::function<void()>)> poster();
  [[nodiscard]] command_bus::RunInBackground background();
  [[nodiscard]] CurrentChannels current_channels();
};

}  // namespace inboxd::app
