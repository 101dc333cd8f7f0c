// One kept connection of an inbox, for ever: from the stored state it is opened, its session is driven, what it brings
// is understood by workers and committed in order, and after every failure it begins again from the stored state.
// Owned by Streams. Keeps no cursor of its own: the store's counts.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/clock/random.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/ingest/follow_up.hpp"
#include "daemon/ingest/stream_original.hpp"
#include "daemon/transfers/streams.hpp"

namespace inboxd::ingest {

/// After a failure: doubled from here up to the longest, with jitter.
inline constexpr Milliseconds first_stream_backoff{2'000};
inline constexpr Milliseconds longest_stream_backoff{300'000};
/// After a refused login: providers lock accounts that insist.
inline constexpr Milliseconds first_login_backoff{60'000};
inline constexpr Milliseconds longest_login_backoff{1'800'000};
/// A connection that held this long was a good one: the next failure is the first.
inline constexpr Milliseconds good_connection{60'000};
/// Read and not committed, of one connection; beyond it nothing more is read from the network.
inline constexpr std::size_t originals_waiting_max = 32;
inline constexpr std::size_t original_bytes_waiting_max = 4U << 20U;
/// Originals in one command.
inline constexpr std::size_t originals_per_command_max = 16;

struct StreamSurroundings {
  CurrentChannels channels;
  command_bus::Bus& bus;
  command_bus::Readers& readers;
  transfers::StreamConnections& connections;
  transfers::Transfers& transfers;
  storage::Blobs& blobs;
  Clock& clock;
  Random& random;
  command_bus::RunInBackground background;
  FollowUp& follow_up;
  Observer& observer;
};

/// Of a connection that reads an inbox's history instead of its news, and then ends.
struct HistoryRole {
  std::string state_name;  // under which it stores how far it is, apart from the news of the same endpoint
  core::History history;
  std::optional<Timestamp> since;
  /// What is written later than this has to wait: another connection may bring what comes before it. Nothing: all.
  std::function<std::optional<Timestamp>()> wait_beyond;
  /// The first message that waits to be stored may be another one now.
  std::function<void()> moved;
  std::function<void(std::uint64_t originals)> expected;
  std::function<void(const std::vector<core::Received>&)> stored;
  /// All of it is stored, or why it cannot be. Called from within this runner, which must outlive the call.
  std::function<void(Result<void>)> ended;
};

class StreamRunner {
 public:
  /// What this connection says of its inbox.
  using Tell = std::function<void(const connectors::CheckFinding&)>;

  StreamRunner(StreamSurroundings& with, InboxId inbox, std::string stream, Tell tell,
               std::optional<HistoryRole> history = {});

  /// Opens the connection, or after a reload closes it politely and opens it as it is configured now.
  void begin();
  /// A goodbye is written; nothing more is taken.
  void stop();

  /// Of history: when the first message that waits to be stored was written; nothing where none is understood yet.
  [[nodiscard]] std::optional<Timestamp> waits_at() const;
  /// `wait_beyond` may say something else now.
  void go_on() { commit_next(); }

 private:
  /// What is committed at once, in the order in which the session gave it.
  struct Piece {
    std::unique_ptr<StreamOriginal> original;  // until it is understood
    std::shared_ptr<core::ProviderRequest> request;
    bool ready = false;
    std::size_t bytes = 0;  // in memory, once it is ready
    Timestamp written_at;   // of history; earliest where there is none
  };

  [[nodiscard]] const connectors::StreamEndpoint* configured();
  void read_state();
  [[nodiscard]] const std::string& state_name() const;
  void begin_history();
  void end_history(Result<void> how);
  [[nodiscard]] std::vector<std::shared_ptr<const core::ProviderRequest>> next_batch() const;
  void ask_login();
  void connect();
  void connected();
  void closed(const transfers::StreamClosed& closed);
  /// Calls the session, which may be broken, and does what it says.
  template <class Call>
  void ask(Call call);
  void pump();
  void apply(connectors::StreamActions actions);
  void close_when_stored();
  void take(connectors::StreamPiece piece);
  void understood(Piece& piece);
  void commit_next();
  void committed(std::size_t count);
  void not_committed(std::size_t count, const Error& error);
  void follow_pressure();
  [[nodiscard]] std::size_t held() const;
  void broken(const std::string& what);
  void store_failed(const Error& error);
  void drop();
  void retry_after(Milliseconds wait);
  [[nodiscard]] Milliseconds backoff(Milliseconds first, Milliseconds longest);

  StreamSurroundings& with_;
  InboxId inbox_;
  std::string stream_;
  Tell tell_;
  std::optional<HistoryRole> history_;

  std::shared_ptr<const ConfiguredChannels> channels_;
  const ConfiguredChannel* channel_ = nullptr;
  const connectors::Streams* streams_ = nullptr;
  const connectors::ReadsOriginals* reader_ = nullptr;
  connectors::StreamEndpoint endpoint_;
  std::string state_;
  std::string live_state_;  // of history: what the news of the same endpoint have stored
  int failures_ = 0;
  Milliseconds connected_at_{0};
  std::unique_ptr<Wait> retry_;

  // Of one connection; all gone with drop().
  std::uint64_t connection_number_ = 0;
  std::unique_ptr<connectors::StreamSession> session_;
  std::unique_ptr<transfers::StreamConnection> connection_;
  std::unique_ptr<Wait> wake_;
  std::deque<connectors::StreamActions> actions_;
  bool pumping_ = false;
  bool paused_ = false;
  std::optional<Milliseconds> closing_;  // the session has ended; then to be opened again after this long
  std::unique_ptr<StreamOriginal> arriving_;
  std::deque<std::shared_ptr<Piece>> line_;
  bool finished_ = false;
  bool committing_ = false;
  std::size_t batch_max_ = originals_per_command_max;

  command_bus::Lifetime lifetime_;
};

template <class Call>
void StreamRunner::ask(Call call) {
  try {
    actions_.push_back(call());
  } catch (const std::exception& bug) {
    return broken(bug.what());
  }
  pump();
}

}  // namespace inboxd::ingest
