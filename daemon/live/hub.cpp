#include "daemon/live/hub.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "storage/store.hpp"

namespace inboxd::live {
namespace {

/// Read in the transaction of the events: who lost a right gets nothing by it, however long ago they began to wait.
bool rights_hold(const storage::Tables& tables, const Agent& viewer) {
  if (viewer.id == AgentId{}) return true;  // the operator of the machine, no row of the store's
  const auto now = tables.agents().find(viewer.id);
  return now && !now->disabled_at && now->version == viewer.version;
}

Error resync(std::string why) { return {ErrorCode::resync_required, std::move(why), {}}; }

/// A broken machine is another matter: what it says of the store is known further up, and the read is made again.
template <class Render>
std::optional<FeedEvent> or_step_over(const Event& event, Unreadable& unreadable, const Render& render) {
  try {
    return render();
  } catch (const storage::StorageFailure&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& bug) {
    unreadable.push_back("event " + std::to_string(event.sequence) + ": " + bug.what());
    return std::nullopt;
  }
}

/// In the ring each event has its place, by its number: this one is there for nobody.
FeedEvent for_nobody(const Event& event) {
  return {event.sequence, event.type, std::vector<InboxId>{}, std::make_shared<const std::string>()};
}

struct PageRequest {
  std::int64_t after = 0;
  std::int64_t head = 0;  // never beyond what followers have: the ring goes on exactly where the page ends
  int limit = 0;
  Filter filter;
};

Result<Page> page_of(const storage::Tables& tables, const core::ChannelDirectory& channels, const std::string& epoch,
                     const PageRequest& wanted) {
  if (!rights_hold(tables, wanted.filter.viewer())) return resync("your rights changed; take a new snapshot");
  Page page;
  page.scanned_to = wanted.after;
  std::size_t bytes = 0;
  for (const auto& event : tables.events().after(wanted.after, std::min(wanted.limit, page_events_max))) {
    if (event.sequence > wanted.head || bytes >= page_bytes_max) break;
    // Sequences have no gaps, so one here means that the log was cut meanwhile.
    if (event.sequence != page.scanned_to + 1) return resync("the log no longer reaches back to this cursor");
    page.scanned_to = event.sequence;
    auto shown = or_step_over(event, page.unreadable, [&]() -> std::optional<FeedEvent> {
      if (!wanted.filter.wants(event.type) || !wanted.filter.reaches(audience_of(tables, event))) return std::nullopt;
      return to_feed_event(tables, channels, epoch, event);
    });
    if (!shown) continue;
    bytes += shown->tail->size();
    page.events.push_back(std::move(*shown));
  }
  return page;
}

struct News {
  std::vector<FeedEvent> events;
  Unreadable unreadable;
};

}  // namespace

Hub::Hub(command_bus::Readers& readers, Channels channels, std::string epoch, std::int64_t head,
         std::function<void(const std::string&)> stepped_over)
    : readers_(readers),
      channels_(std::move(channels)),
      epoch_(std::move(epoch)),
      stepped_over_(std::move(stepped_over)),
      head_(head),
      committed_(head) {}

void Hub::committed(std::int64_t head) {
  committed_ = std::max(committed_, head);
  read_news();
}

void Hub::read_news() {
  if (reading_ || head_ >= committed_) return;
  reading_ = true;
  const auto channels = channels_();
  readers_.read<News>(
      [channels, epoch = epoch_, after = head_](const command_bus::ReadSources& sources) -> Result<News> {
        News news;
        for (const auto& event : sources.tables.events().after(after, page_events_max)) {
          auto told = or_step_over(event, news.unreadable, [&]() -> std::optional<FeedEvent> {
            return to_feed_event(sources.tables, *channels, epoch, event);
          });
          news.events.push_back(told ? std::move(*told) : for_nobody(event));
        }
        return news;
      },
      [this](Result<News> news) {
        reading_ = false;
        // A read that failed is made again with the next commit: the log keeps what was missed.
        if (!news) return;
        report(news->unreadable);
        take_news(std::move(news->events));
      });
}

void Hub::report(const Unreadable& unreadable) const {
  if (!stepped_over_) return;
  for (const auto& why : unreadable) stepped_over_(why);
}

void Hub::take_news(std::vector<FeedEvent> news) {
  if (news.empty()) return;
  head_ = news.back().sequence;
  for (auto& event : news) {
    ring_bytes_ += event.tail->size();
    ring_.push_back(std::move(event));
  }
  // Followers come first: what they take is still there however large the news.
  const std::vector<Follower*> followers(followers_.begin(), followers_.end());
  for (auto* follower : followers)
    if (followers_.contains(follower)) follower->log_moved();
  while (ring_.size() > ring_events_max || (ring_bytes_ > ring_bytes_max && ring_.size() > 1)) {
    ring_bytes_ -= ring_.front().tail->size();
    ring_.pop_front();
  }
  read_news();
}

void Hub::end() {
  ended_ = true;
  const std::vector<Follower*> followers(followers_.begin(), followers_.end());
  for (auto* follower : followers)
    if (followers_.contains(follower)) follower->log_ended();
}

std::int64_t Hub::lag_max() const {
  std::int64_t lag = 0;
  for (const auto* follower : followers_)
    if (const auto reached = follower->reached()) lag = std::max(lag, head_ - *reached);
  return lag;
}

const FeedEvent* Hub::next_in_ring(std::int64_t sequence) const {
  if (ring_.empty() || sequence + 1 < ring_.front().sequence) return nullptr;
  // Sequences have no gaps, so an event's place follows from its number.
  const auto place = static_cast<std::size_t>(sequence + 1 - ring_.front().sequence);
  return place < ring_.size() ? &ring_[place] : nullptr;
}

void Hub::read_page(std::int64_t after, const Filter& filter, int limit, std::function<void(Result<Page>)> done) {
  readers_.read<Page>(
      [channels = channels_(), epoch = epoch_, wanted = PageRequest{after, head_, limit, filter}](
          const command_bus::ReadSources& sources) { return page_of(sources.tables, *channels, epoch, wanted); },
      [this, done = std::move(done)](Result<Page> page) {
        if (page) report(page->unreadable);
        done(std::move(page));
      });
}

}  // namespace inboxd::live
