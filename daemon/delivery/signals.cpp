// Throttle, find the conversation's place at the provider, make one request, forget it.
#include "daemon/delivery/signals.hpp"

#include <optional>

namespace inboxd::delivery {

void Signals::show_typing(ConversationId conversation) {
  const auto now = with_.clock.steady_now();
  const auto before = typed_at_.find(conversation);
  if (before != typed_at_.end() && now - before->second < typing_interval) return;
  if (typed_at_.size() >= signals_remembered_max) typed_at_.clear();
  typed_at_[conversation] = now;
  find(conversation, Kind::typing);
}

void Signals::mark_read(ConversationId conversation) { find(conversation, Kind::read); }

void Signals::find(ConversationId id, Kind kind) {
  with_.readers.read<std::optional<Place>>(
      [id](const command_bus::ReadSources& sources) -> Result<std::optional<Place>> {
        const auto conversation = sources.tables.conversations().find(id);
        if (!conversation) return std::optional<Place>();
        return std::optional(Place{conversation->inbox, conversation->thread,
                                   sources.tables.messages().newest_incoming_external_id(id)});
      },
      lifetime_.guard([this, id, kind](const Result<std::optional<Place>>& place) {
        if (place && *place) signal(id, kind, **place);
      }));
}

void Signals::signal(ConversationId conversation, Kind kind, const Place& place) {
  const auto channels = with_.channels();
  const auto* channel = channels->channel(place.inbox);
  if (channel == nullptr || in_flight_ >= signals_in_flight_max) return;
  std::optional<connectors::Transfer> transfer;
  try {
    if (kind == Kind::typing) {
      if (const auto* shows = dynamic_cast<const connectors::ShowsTyping*>(channel->connector.get()))
        transfer = shows->show_typing(place.thread, place.last_external_id);
    } else if (const auto* marks = dynamic_cast<const connectors::MarksRead*>(channel->connector.get())) {
      if (place.last_external_id.empty() || read_up_to_[conversation] == place.last_external_id) return;
      if (read_up_to_.size() >= signals_remembered_max) read_up_to_.clear();
      read_up_to_[conversation] = place.last_external_id;
      transfer = marks->mark_read(place.thread, place.last_external_id);
    }
  } catch (const std::exception& bug) {
    return with_.observer.failed(place.inbox, "signal", bug.what());
  }
  if (!transfer) return;
  ++in_flight_;
  with_.transfers.perform(std::move(*transfer), channel->reach,
                          lifetime_.guard([this, inbox = place.inbox](const connectors::Exchange& answer) {
                            --in_flight_;
                            if (answer.failure != connectors::TransferFailure::none)
                              with_.observer.failed(inbox, "signal", answer.failure_detail);
                          }));
}

}  // namespace inboxd::delivery
