// What a kept connection brought, on its way into the store: taken in pieces, understood, committed in order.
#include <algorithm>
#include <utility>

#include "daemon/ingest/stream_runner.hpp"

namespace inboxd::ingest {

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
    next->request->stream_state = core::StreamState{state_name(), std::move(moved->state)};
    next->ready = true;
    return;
  }
  auto& end = std::get<connectors::OriginalEnd>(piece);
  next->request->stream_state = core::StreamState{state_name(), std::move(end.state)};
  if (history_) next->request->history = history_->history;
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
  for (const auto& event : reading.inbound.events)
    if (const auto* message = std::get_if<MessageReceived>(&event)) piece.written_at = message->created_at;
  piece.request->inbound = std::move(reading.inbound);
  piece.request->raw = std::move(outcome.raw);
  piece.request->raw_blob = outcome.blob;
  piece.bytes = piece.request->raw.size();
  piece.original.reset();
  piece.ready = true;
  commit_next();
  if (history_) history_->moved();
}

std::optional<Timestamp> StreamRunner::waits_at() const {
  if (line_.empty() || !line_.front()->ready) return std::nullopt;
  return line_.front()->written_at;
}

std::vector<std::shared_ptr<const core::ProviderRequest>> StreamRunner::next_batch() const {
  std::vector<std::shared_ptr<const core::ProviderRequest>> batch;
  const auto wait_beyond = history_ ? history_->wait_beyond() : std::nullopt;
  for (const auto& piece : line_) {
    if (!piece->ready || batch.size() == batch_max_ || (wait_beyond && piece->written_at > *wait_beyond)) break;
    batch.push_back(piece->request);
  }
  return batch;
}

/// Only the front of the line, one command at a time: a state implies all that came before it.
void StreamRunner::commit_next() {
  if (pumping_ || committing_) return;
  const auto batch = next_batch();
  if (batch.empty()) return;
  committing_ = true;
  with_.bus.submit<std::vector<core::Received>>(
      [channels = channels_, batch, cause = history_ ? "message.import" : "stream.receive"](
          command_bus::Workspace& workspace) -> Result<std::vector<core::Received>> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, cause};
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
        // What was committed is followed up even when its connection has gone meanwhile; nobody waits for history.
        if (received && history_) history_->stored(*received);
        if (received && !history_) {
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
  if (history_) history_->moved();
}

/// Our own code fails on what one of them brought: alone, it goes into quarantine as it came.
void StreamRunner::not_committed(std::size_t count, const Error& error) {
  auto& first = *line_.front()->request;
  const bool ours = error.code == ErrorCode::internal && (count > 1 || first.inbound.malformed.empty());
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

}  // namespace inboxd::ingest
