// How a subscription begins: its rights and filters, then a snapshot or the log after a cursor.
#include <algorithm>
#include <utility>

#include "daemon/http/api/arguments.hpp"
#include "daemon/http/api/stream_session.hpp"
#include "daemon/live/snapshot.hpp"

namespace inboxd::http {

struct StreamSession::Beginning {
  live::Filter filter;
  live::Snapshot snapshot;  // no frames: it resumes
  std::int64_t position = 0;
};

namespace {

struct Wanted {
  std::optional<Cursor> since;
  std::optional<std::vector<std::string>> events;
  std::optional<std::vector<std::string>> inboxes;
};

/// Never a partial replay: what cannot be given whole is refused, with the reason that tells what to do.
Result<void> check_since(const storage::Tables& tables, const Agent& agent, const Cursor& since, const std::string& epoch) {
  const auto& log = tables.events();
  if (since.epoch != epoch || since.sequence > log.head())
    return Error{ErrorCode::epoch_changed, "this cursor is from another life of the store; take a new snapshot", {}};
  if (since.sequence + 1 < log.oldest())
    return Error{ErrorCode::resync_required, "the log no longer reaches back to this cursor; take a new snapshot", {}};
  if (since.sequence < agent.rights_changed_at_sequence)
    return Error{ErrorCode::resync_required, "your rights changed after this cursor; take a new snapshot", {}};
  return {};
}

Result<live::Filter> filter_of(const storage::Tables& tables, const Agent& agent, const Wanted& wanted) {
  live::Filter filter(agent);
  if (wanted.events)
    if (auto fine = filter.narrow_to_events(*wanted.events); !fine) return fine.error();
  if (!wanted.inboxes) return filter;
  std::vector<InboxId> ids;
  for (const auto& name : *wanted.inboxes) {
    const auto inbox = tables.inboxes().find_by_name(name);
    if (!inbox || !agent.sees(inbox->id)) return not_found("there is no inbox " + name);
    ids.push_back(inbox->id);
  }
  filter.narrow_to_inboxes(std::move(ids));
  return filter;
}

}  // namespace

void StreamSession::subscribe(const boost::json::object& frame, const std::string& id) {
  if (subscriptions_.size() + subscribing_ >= surroundings_.limits.subscriptions_max)
    return error(id, {ErrorCode::rate_limited, "too many subscriptions on this connection; unsubscribe one", Milliseconds{1'000}});
  Arguments arguments(frame);
  const Wanted wanted{arguments.cursor("since"), arguments.optional_texts("events"), arguments.optional_texts("inboxes")};
  if (auto fine = arguments.outcome(); !fine) return error(id, fine.error());
  const std::string name = 's' + std::to_string(next_subscription_++);
  ++subscribing_;
  surroundings_.api.readers.read<Beginning>(
      [hash = token_hash_, wanted, name, channels = surroundings_.api.channels(),
       epoch = surroundings_.api.hub.epoch()](const command_bus::ReadSources& sources) -> Result<Beginning> {
        const auto agent = agent_of_token(sources.tables, hash);
        if (!agent) return agent.error();
        auto filter = filter_of(sources.tables, *agent, wanted);
        if (!filter) return filter.error();
        if (wanted.since) {
          if (auto fine = check_since(sources.tables, *agent, *wanted.since, epoch); !fine) return fine.error();
          return Beginning{std::move(filter).value(), {}, wanted.since->sequence};
        }
        auto snapshot = live::take_snapshot(sources, *channels, epoch, name, *filter);
        const auto head = snapshot.head;
        return Beginning{std::move(filter).value(), std::move(snapshot), head};
      },
      [this, alive = alive_, id, name](Result<Beginning> beginning) {
        if (!*alive || ending_) return;
        --subscribing_;
        if (!beginning) return error(id, beginning.error());
        begin(id, name, std::move(beginning).value());
      });
}

void StreamSession::begin(const std::string& id, const std::string& name, Beginning beginning) {
  ok(id, R"({"subscription":")" + name + "\"}");
  for (const auto& frame : beginning.snapshot.frames) send_frame(frame);
  agent_ = beginning.filter.viewer();
  auto& subscription = subscriptions_[name];
  subscription = std::make_unique<live::Subscription>(surroundings_.api.hub, *this, name, std::move(beginning.filter));
  subscription->start(beginning.position);
}

}  // namespace inboxd::http
