// read_state → connect → connected → (received → pieces → understood → commit → committed)* → closed → read_state.
#include "daemon/ingest/stream_runner.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::ingest {

StreamRunner::StreamRunner(StreamSurroundings& with, InboxId inbox, std::string stream, Tell tell,
                           std::optional<HistoryRole> history)
    : with_(with), inbox_(inbox), stream_(std::move(stream)), tell_(std::move(tell)), history_(std::move(history)) {}

void StreamRunner::begin() {
  stop();
  failures_ = 0;
  read_state();
}

void StreamRunner::stop() {
  retry_.reset();
  if (session_ && connection_) {
    try {
      connection_->write(session_->ending(with_.clock.now()).write);
    } catch (const std::exception& bug) {
      with_.observer.failed(channel_->name, "stream", std::string("the channel's code failed: ") + bug.what());
    }
  }
  drop();
}

/// Null: the endpoint is configured no more. What points into the channels is of one snapshot.
const connectors::StreamEndpoint* StreamRunner::configured() {
  channels_ = with_.channels();
  channel_ = channels_->channel(inbox_);
  if (channel_ == nullptr) return nullptr;
  streams_ = dynamic_cast<const connectors::Streams*>(channel_->connector.get());
  reader_ = dynamic_cast<const connectors::ReadsOriginals*>(channel_->connector.get());
  if (streams_ == nullptr || reader_ == nullptr) return nullptr;
  const auto* imports = dynamic_cast<const connectors::ImportsHistory*>(channel_->connector.get());
  if (history_ && imports == nullptr) return nullptr;
  for (auto& endpoint : history_ ? imports->history_streams({stream_}) : streams_->streams()) {
    if (endpoint.name != stream_) continue;
    endpoint_ = std::move(endpoint);
    return &endpoint_;
  }
  return nullptr;
}

/// From the store each time, so that what a commit did not take is asked for again.
void StreamRunner::read_state() {
  if (configured() == nullptr) {
    if (history_) end_history(not_found("the inbox is not configured any more"));
    return;
  }
  struct States {
    std::string own;
    std::string live;
  };
  with_.readers.read<States>(
      [inbox = inbox_, own = state_name(), live = stream_](const command_bus::ReadSources& sources) -> Result<States> {
        const auto& inboxes = sources.tables.inboxes();
        return States{inboxes.stream_state(inbox, own), inboxes.stream_state(inbox, live)};
      },
      lifetime_.guard([this, number = connection_number_](Result<States> states) {
        if (number != connection_number_) return;
        if (!states) return store_failed(states.error());
        state_ = std::move(states->own);
        live_state_ = std::move(states->live);
        ask_login();
      }));
}

const std::string& StreamRunner::state_name() const { return history_ ? history_->state_name : stream_; }

/// An access token runs out: a new one is asked for before each login.
void StreamRunner::ask_login() {
  const auto request = streams_->login_request(endpoint_);
  if (!request || !endpoint_.login) return connect();
  with_.transfers.perform(
      *request, channel_->reach,
      lifetime_.guard([this, number = connection_number_, label = request->label](connectors::Exchange answer) {
        if (number != connection_number_) return;
        answer.label = label;
        auto bearer = streams_->bearer_of(answer);
        if (!bearer) {
          const bool refused = bearer.error().code == ErrorCode::unauthenticated;
          return closed(
              {refused ? transfers::ClosedBy::login_refused : transfers::ClosedBy::failure, bearer.error().detail});
        }
        endpoint_.login->bearer = std::move(bearer).value();
        connect();
      }));
}

void StreamRunner::connect() {
  const auto number = connection_number_;
  const auto now_only = [this, number](auto call) {
    return lifetime_.guard([this, number, call](auto&&... arguments) {
      if (number == connection_number_) call(std::forward<decltype(arguments)>(arguments)...);
    });
  };
  connection_ =
      with_.connections.connect(endpoint_, channel_->reach,
                                {now_only([this] { connected(); }), now_only([this](const std::string& bytes) {
                                   ask([&] { return session_->received(bytes, with_.clock.now()); });
                                 }),
                                 now_only([this](const transfers::StreamClosed& how) { closed(how); })});
}

void StreamRunner::connected() {
  connected_at_ = with_.clock.steady_now();
  with_.observer.polled(channel_->name);
  tell_({InboxHealthState::healthy, {}, {}, {}});
  if (history_) return begin_history();
  ask([this] {
    session_ = streams_->open(endpoint_, state_);
    return session_->started(with_.clock.now());
  });
}

void StreamRunner::begin_history() {
  const auto* imports = dynamic_cast<const connectors::ImportsHistory*>(channel_->connector.get());
  try {
    auto opened = imports->open_history(endpoint_, {history_->since, live_state_}, state_);
    if (!opened) return end_history(opened.error());
    session_ = std::move(opened).value();
  } catch (const std::exception& bug) {
    return broken(bug.what());
  }
  ask([this] { return session_->started(with_.clock.now()); });
}

/// One failure is not worth an alarm, the second in a row is; a refused login is at once.
void StreamRunner::closed(const transfers::StreamClosed& how) {
  if (closing_) return;
  with_.observer.failed(channel_->name, "stream", how.why);
  const bool never_connected = session_ == nullptr;
  if (!never_connected && with_.clock.steady_now() - connected_at_ >= good_connection) failures_ = 0;
  const bool refused = how.by == transfers::ClosedBy::login_refused;
  // Somebody waits for a history: that it cannot be reached is said soon, and begun again by them.
  if (history_ && (refused || (never_connected && failures_ > 0)))
    return end_history(Error{refused ? ErrorCode::unauthenticated : ErrorCode::channel_unavailable,
                             streams_->refused(endpoint_, how.why).detail,
                             {}});
  if (refused || (never_connected && failures_ > 0)) {
    try {
      tell_(streams_->refused(endpoint_, how.why));
    } catch (const std::exception& bug) {
      return broken(bug.what());
    }
  }
  drop();
  retry_after(refused ? backoff(first_login_backoff, longest_login_backoff)
                      : backoff(first_stream_backoff, longest_stream_backoff));
}

/// A commit that answers in place calls the session again: its actions wait for those before.
void StreamRunner::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (!actions_.empty()) {
    auto actions = std::move(actions_.front());
    actions_.pop_front();
    apply(std::move(actions));
  }
  pumping_ = false;
  commit_next();
}

void StreamRunner::apply(connectors::StreamActions actions) {
  if (!actions.write.empty()) connection_->write(std::move(actions.write));
  const auto number = connection_number_;
  for (auto& piece : actions.pieces) {
    take(std::move(piece));
    if (number != connection_number_) return;  // the store failed within
  }
  if (actions.wake_after)
    wake_ =
        with_.clock.after(*actions.wake_after, [this] { ask([this] { return session_->due(with_.clock.now()); }); });
  if (actions.finding) tell_(*actions.finding);
  if (history_ && actions.expected) history_->expected(*actions.expected);
  if (history_ && actions.finding && actions.finding->state == InboxHealthState::unhealthy)
    return end_history(bad_request(actions.finding->detail));
  if (!actions.close) return follow_pressure();
  finished_ = actions.finished;
  if (with_.clock.steady_now() - connected_at_ >= good_connection) failures_ = 0;
  closing_ = actions.reconnect_after > Milliseconds{0} ? actions.reconnect_after
                                                       : backoff(first_stream_backoff, longest_stream_backoff);
  actions_.clear();
  wake_.reset();
  arriving_.reset();
  connection_.reset();
  close_when_stored();
}

/// What a session gave before its end is stored before it is opened again: it may be why it ends.
void StreamRunner::close_when_stored() {
  if (!line_.empty()) return;
  if (finished_) return end_history({});
  const auto wait = *closing_;
  drop();
  retry_after(wait);
}

/// The channel's code threw: a mistake that a person has to hear of. The same bytes would break it again, so not soon.
void StreamRunner::broken(const std::string& what) {
  with_.observer.failed(channel_->name, "stream", "the channel's code failed: " + what);
  if (history_) return end_history(Error{ErrorCode::internal, "the channel's code failed: " + what, {}});
  tell_({InboxHealthState::unhealthy,
         "stream_broken",
         "the channel's code fails on what the server sends; report it with `inboxd check`",
         {}});
  drop();
  retry_after(backoff(first_login_backoff, longest_login_backoff));
}

void StreamRunner::store_failed(const Error& error) {
  with_.observer.failed(channel_->name, "stream", error.detail);
  stop();
  retry_after(
      std::max(error.retry_after.value_or(Milliseconds{0}), backoff(first_stream_backoff, longest_stream_backoff)));
}

/// Told last: whoever hears it may forget this runner, though not yet drop it.
void StreamRunner::end_history(Result<void> how) {
  stop();
  history_->ended(std::move(how));
}

void StreamRunner::drop() {
  ++connection_number_;
  wake_.reset();
  actions_.clear();
  arriving_.reset();
  line_.clear();
  committing_ = false;
  paused_ = false;
  closing_.reset();
  finished_ = false;
  batch_max_ = originals_per_command_max;
  session_.reset();
  connection_.reset();
}

void StreamRunner::retry_after(Milliseconds wait) {
  retry_ = with_.clock.after(wait, [this] { read_state(); });
}

/// Doubled with each failure, then between half and all of it, so that inboxes do not return in step.
Milliseconds StreamRunner::backoff(Milliseconds first, Milliseconds longest) {
  auto delay = first;
  for (int i = 0; i < failures_ && delay < longest; ++i) delay *= 2;
  ++failures_;
  const auto half = std::min(delay, longest) / 2;
  return half +
         Milliseconds{static_cast<std::int64_t>(with_.random.next() % static_cast<std::uint64_t>(half.count() + 1))};
}

}  // namespace inboxd::ingest
