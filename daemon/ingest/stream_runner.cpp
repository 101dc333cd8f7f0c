// read_state → connect → connected → (received → pieces → understood → commit → committed)* → closed → read_state.
#include "daemon/ingest/stream_runner.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::ingest {

using connectors::CheckFinding;

StreamRunner::StreamRunner(StreamSurroundings& with, InboxId inbox, std::string stream, Tell tell)
    : with_(with), inbox_(inbox), stream_(std::move(stream)), tell_(std::move(tell)) {}

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
  for (auto& endpoint : streams_->streams()) {
    if (endpoint.name != stream_) continue;
    endpoint_ = std::move(endpoint);
    return &endpoint_;
  }
  return nullptr;
}

/// From the store each time, so that what a commit did not take is asked for again.
void StreamRunner::read_state() {
  if (configured() == nullptr) return;
  with_.readers.read<std::string>(
      [inbox = inbox_, stream = stream_](const command_bus::ReadSources& sources) -> Result<std::string> {
        return sources.tables.inboxes().stream_state(inbox, stream);
      },
      lifetime_.guard([this, number = connection_number_](Result<std::string> state) {
        if (number != connection_number_) return;
        if (!state) return store_failed(state.error());
        state_ = std::move(state).value();
        ask_login();
      }));
}

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
  ask([this] {
    session_ = streams_->open(endpoint_, state_);
    return session_->started(with_.clock.now());
  });
}

/// One failure is not worth an alarm, the second in a row is; a refused login is at once.
void StreamRunner::closed(const transfers::StreamClosed& how) {
  if (closing_) return;
  with_.observer.failed(channel_->name, "stream", how.why);
  const bool never_connected = session_ == nullptr;
  if (!never_connected && with_.clock.steady_now() - connected_at_ >= good_connection) failures_ = 0;
  const bool refused = how.by == transfers::ClosedBy::login_refused;
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

template <class Call>
void StreamRunner::ask(Call call) {
  try {
    actions_.push_back(call());
  } catch (const std::exception& bug) {
    return broken(bug.what());
  }
  pump();
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
  if (!actions.close) return follow_pressure();
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
  const auto wait = *closing_;
  drop();
  retry_after(wait);
}

void StreamRunner::take(connectors::StreamPiece piece) {
  if (auto* bytes = std::get_if<connectors::OriginalBytes>(&piece)) {
    if (!arriving_)
      arriving_ = std::make_unique<StreamOriginal>(with_.blobs, with_.background, [this] { follow_pressure(); });
    return arriving_->append(bytes->bytes);
  }
  if (std::holds_alternative<connectors::OriginalDropped>(piece)) return arriving_.reset();

  auto next = std::make_shared<Piece>();
  next->request = std::make_shared<core::ProviderRequest>();
  next->request->inbox = inbox_;
  line_.push_back(next);
  if (auto* moved = std::get_if<connectors::StateMoved>(&piece)) {
    next->request->stream_state = core::StreamState{stream_, std::move(moved->state)};
    next->ready = true;
    return;
  }
  auto& end = std::get<connectors::OriginalEnd>(piece);
  next->request->stream_state = core::StreamState{stream_, std::move(end.state)};
  next->request->raw_mime = reader_->original_mime();
  // No bytes at all are an original too.
  if (!arriving_) arriving_ = std::make_unique<StreamOriginal>(with_.blobs, with_.background, [] {});
  next->original = std::move(arriving_);
  next->original->finish(channels_, {{reader_, std::move(end.context)}}, [this, weak = std::weak_ptr(next)] {
    if (const auto whole = weak.lock()) understood(*whole);
  });
}

void StreamRunner::understood(Piece& piece) {
  auto outcome = piece.original->take_outcome();
  if (outcome.failure) return store_failed(*outcome.failure);
  auto& reading = outcome.understood.front();
  if (!reading.parser_failure.empty()) {
    with_.observer.failed(channel_->name, "stream", "the channel's code failed: " + reading.parser_failure);
    tell_({InboxHealthState::degraded,
           "original_not_understood",
           "the channel's code failed on a message; it is kept in quarantine: report it with `inboxd check`",
           {}});
  }
  piece.request->inbound = std::move(reading.inbound);
  piece.request->raw = std::move(outcome.raw);
  piece.request->raw_blob = outcome.blob;
  piece.bytes = piece.request->raw.size();
  piece.original.reset();
  piece.ready = true;
  commit_next();
}

/// Only the front of the line, one command at a time: a state implies all that came before it.
void StreamRunner::commit_next() {
  if (pumping_ || committing_ || line_.empty() || !line_.front()->ready) return;
  std::vector<std::shared_ptr<const core::ProviderRequest>> batch;
  for (const auto& piece : line_) {
    if (!piece->ready || batch.size() == batch_max_) break;
    batch.push_back(piece->request);
  }
  committing_ = true;
  with_.bus.submit<std::vector<core::Received>>(
      [channels = channels_, batch](command_bus::Workspace& workspace) -> Result<std::vector<core::Received>> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "stream.receive"};
        std::vector<core::Received> received;
        for (const auto& request : batch) {
          auto one = core::receive(context, *channels, *request);
          if (!one) return one.error();
          received.push_back(*std::move(one));
        }
        return received;
      },
      lifetime_.guard([this, batch, channels = channels_,
                       number = connection_number_](const Result<std::vector<core::Received>>& received) {
        // What was committed is followed up even when its connection has gone meanwhile.
        if (received) {
          if (const auto* channel = channels->channel(inbox_))
            for (std::size_t i = 0; i < batch.size(); ++i)
              with_.follow_up.committed(*channel, batch[i]->inbound, (*received)[i]);
        }
        if (number != connection_number_) return;
        committing_ = false;
        if (received) return committed(batch.size());
        not_committed(batch.size(), received.error());
      }));
}

void StreamRunner::committed(std::size_t count) {
  failures_ = 0;
  batch_max_ = std::min(batch_max_ * 2, originals_per_command_max);
  line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(count));
  const auto number = connection_number_;
  for (std::size_t i = 0; i < count && number == connection_number_ && !closing_; ++i)
    ask([this] { return session_->committed(with_.clock.now()); });
  if (number != connection_number_) return;
  if (closing_ && line_.empty()) return close_when_stored();
  follow_pressure();
  commit_next();
}

/// Our own code fails on what one of them brought: alone, it goes into quarantine as it came.
void StreamRunner::not_committed(std::size_t count, const Error& error) {
  auto& first = *line_.front()->request;
  const bool ours = error.code == ErrorCode::internal && first.inbound.malformed.empty();
  if (!ours) return store_failed(error);
  batch_max_ = 1;
  if (count == 1) {
    with_.observer.failed(channel_->name, "stream", error.detail);
    first.inbound = Inbound{};
    first.inbound.malformed = "inboxd failed on it: " + error.detail;
  }
  commit_next();
}

std::size_t StreamRunner::held() const {
  std::size_t bytes = arriving_ ? arriving_->held() : 0;
  for (const auto& piece : line_) bytes += piece->original ? piece->original->held() : piece->bytes;
  return bytes;
}

void StreamRunner::follow_pressure() {
  if (!connection_) return;
  const bool much = line_.size() >= originals_waiting_max || held() >= original_bytes_waiting_max;
  if (much == paused_) return;
  paused_ = much;
  if (much) {
    connection_->pause();
  } else {
    connection_->resume();
  }
}

/// The channel's code threw: a mistake that a person has to hear of. The same bytes would break it again, so not soon.
void StreamRunner::broken(const std::string& what) {
  with_.observer.failed(channel_->name, "stream", "the channel's code failed: " + what);
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

void StreamRunner::drop() {
  ++connection_number_;
  wake_.reset();
  actions_.clear();
  arriving_.reset();
  line_.clear();
  committing_ = false;
  paused_ = false;
  closing_.reset();
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
