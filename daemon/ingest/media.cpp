// look_over begins what fits the limits; each fetch walks its steps and ends in one command.
#include "daemon/ingest/media.hpp"

#include <utility>

#include "daemon/ingest/media_name.hpp"

namespace inboxd::ingest {

using connectors::FetchStep;

struct Media::Fetch {
  storage::AttachmentRow row;
  InboundAttachment attachment;
  InboxId inbox;
  ConfiguredChannel channel;
  const connectors::FetchesMedia* fetches = nullptr;
  connectors::Exchanges done;
  std::string url;  // of the last transfer: may hold a credential, only its file name is used
};

Media::Media(Surroundings surroundings)
    : with_(std::move(surroundings)),
      clock_steps_(with_.clock),
      scan_(with_.readers, with_.clock,
            {[this]() -> command_bus::ScanLoop<Due>::Read {
               const auto look = clock_steps_.look();
               if (look.set_back.count() > 0) bring_forward(look.set_back);
               return [now = look.now](const command_bus::ReadSources& sources) -> Result<Due> {
                 const auto& attachments = sources.tables.attachments();
                 const auto next = attachments.next_due();
                 return Due{attachments.due(now, fetch_look_ahead), next ? std::optional(*next - now) : std::nullopt};
               };
             },
             [this](const Due& due) { return look_over(due); }}) {}

void Media::start() { bring_forward(Milliseconds{0}); }

/// Times of the next attempt were written by a clock that has been set back since, or may have been before we began.
void Media::bring_forward(Milliseconds set_back) {
  with_.bus.submit<int>(
      [set_back](command_bus::Workspace& workspace) -> Result<int> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "media.bring_forward"};
        return core::bring_media_forward(context, set_back);
      },
      lifetime_.guard([this, set_back](const Result<int>& brought) {
        scan_.wake();
        if (brought || brought.error().code == ErrorCode::draining) return;
        with_.observer.failed({}, "bring_forward", brought.error().detail);
        recovery_ = with_.clock.after(failed_media_pause, [this, set_back] { bring_forward(set_back); });
      }));
}

Milliseconds Media::look_over(const Due& due) {
  for (const auto& row : due.rows) {
    if (busy_.size() >= fetches_max) break;
    if (!row.inbox || busy_.contains(row.attachment.id) || per_inbox_[*row.inbox] >= fetches_per_inbox_max) continue;
    begin(row);
  }
  // What is due already but found no room begins when a fetch ends.
  return due.rows.empty() ? due.until_next.value_or(command_bus::longest_scan_pause) : command_bus::longest_scan_pause;
}

void Media::begin(const storage::AttachmentRow& row) {
  auto fetch = std::make_shared<Fetch>();
  fetch->row = row;
  fetch->inbox = *row.inbox;
  const auto size = row.attachment.size > 0 ? std::optional(row.attachment.size) : std::nullopt;
  fetch->attachment = {row.reference, row.attachment.name, row.attachment.mime, size, row.sha256};
  busy_.insert(row.attachment.id);
  ++per_inbox_[fetch->inbox];

  const auto channels = with_.channels();
  const auto* channel = channels->channel(fetch->inbox);
  if (channel == nullptr)
    return store(fetch, [id = row.attachment.id](core::Context& context) {
      core::media_postpone(context, id, unconfigured_media_pause);
    });
  fetch->channel = *channel;
  fetch->fetches = dynamic_cast<const connectors::FetchesMedia*>(channel->connector.get());
  if (fetch->fetches == nullptr) return end(fetch, connectors::MediaGone{"the channel cannot fetch attachments"});
  step(fetch);
}

void Media::step(const std::shared_ptr<Fetch>& fetch) {
  FetchStep next;
  try {
    next = fetch->fetches->next_fetch_step(fetch->attachment, fetch->done);
  } catch (const std::exception& bug) {
    with_.observer.failed(fetch->channel.name, "fetch", bug.what());
    next = connectors::MediaRetry{core::longest_media_backoff, "the channel's code failed on it"};
  }
  auto* transfer = std::get_if<connectors::Transfer>(&next);
  if (transfer == nullptr) return end(fetch, next);
  if (fetch->done.size() >= fetch_steps_max)
    return end(fetch, connectors::MediaGone{"the channel's code asks for more steps than a fetch may have"});
  perform(fetch, std::move(*transfer));
}

void Media::perform(const std::shared_ptr<Fetch>& fetch, connectors::Transfer transfer) {
  fetch->url = transfer.url;
  with_.transfers.perform(std::move(transfer), fetch->channel.reach,
                          lifetime_.guard([this, fetch](connectors::Exchange answer) {
                            answer.now = with_.clock.now();
                            answer.nonce = with_.random.next();
                            fetch->done.push_back(std::move(answer));
                            step(fetch);
                          }));
}

void Media::end(const std::shared_ptr<Fetch>& fetch, const FetchStep& step) {
  const auto id = fetch->row.attachment.id;
  if (const auto* fetched = std::get_if<connectors::MediaFetched>(&step)) {
    core::FetchedMedia media{fetched->blob, fetched->mime, fetched->name};
    if (media.name.empty() && fetch->attachment.name.empty()) media.name = name_from_url(fetch->url);
    if (media.mime.empty() && fetch->attachment.mime.empty() && !fetch->done.empty())
      media.mime = connectors::header_of(fetch->done.back().headers, "content-type");
    return store(fetch, [id, media](core::Context& context) { core::media_ready(context, id, media); });
  }
  if (const auto* gone = std::get_if<connectors::MediaGone>(&step)) {
    with_.observer.failed(fetch->channel.name, "fetch", gone->why);
    return store(fetch, [id, why = gone->why](core::Context& context) { core::media_failed(context, id, why); });
  }
  const auto& retry = std::get<connectors::MediaRetry>(step);
  with_.observer.failed(fetch->channel.name, "fetch", retry.why);
  store(fetch, [id, retry](core::Context& context) { core::media_retry(context, id, retry.delay, retry.why); });
}

void Media::store(const std::shared_ptr<Fetch>& fetch, Change change) {
  with_.bus.submit<bool>(
      [change = std::move(change)](command_bus::Workspace& workspace) -> Result<bool> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "media.fetch"};
        change(context);
        return true;
      },
      lifetime_.guard([this, fetch](const Result<bool>& stored) {
        busy_.erase(fetch->row.attachment.id);
        if (--per_inbox_[fetch->inbox] == 0) per_inbox_.erase(fetch->inbox);
        // Not stored: the row is due still, and the next look begins it again.
        if (stored) return scan_.wake();
        with_.observer.failed(fetch->channel.name, "fetch", stored.error().detail);
      }));
}

}  // namespace inboxd::ingest
