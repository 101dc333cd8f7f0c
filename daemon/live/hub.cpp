#include "daemon/live/hub.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::live {

Hub::Hub(command_bus::Readers& readers, Channels channels, std::string epoch, std::int64_t head)
    : readers_(readers), channels_(std::move(channels)), epoch_(std::move(epoch)), head_(head), committed_(head) {}

void Hub::committed(std::int64_t head) {
  committed_ = std::max(committed_, head);
  read_news();
}

void Hub::read_news() {
  if (reading_ || head_ >= committed_) return;
  reading_ = true;
  const auto channels = channels_();
  readers_.read<std::vector<FeedEvent>>(
      [channels, epoch = epoch_,
       after = head_](const command_bus::ReadSources& sources) -> Result<std::vector<FeedEvent>> {
        std::vector<FeedEvent> news;
        for (const auto& event : sources.tables.events().after(after, page_events_max))
          news.push_back(to_feed_event(sources.tables, *channels, epoch, event));
        return news;
      },
      [this](Result<std::vector<FeedEvent>> news) {
        reading_ = false;
        // A read that failed is made again with the next commit: the log keeps what was missed.
        if (news) take_news(std::move(news).value());
      });
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

const FeedEvent* Hub::next_in_ring(std::int64_t sequence) const {
  if (ring_.empty() || sequence + 1 < ring_.front().sequence) return nullptr;
  // Sequences have no gaps, so an event's place follows from its number.
  const auto place = static_cast<std::size_t>(sequence + 1 - ring_.front().sequence);
  return place < ring_.size() ? &ring_[place] : nullptr;
}

void Hub::read_page(std::int64_t after, const Filter& filter, int limit, std::function<void(Result<Page>)> done) {
  const auto channels = channels_();
  // Never beyond what followers have: the ring goes on exactly where the page ends.
  readers_.read<Page>(
      [channels, epoch = epoch_, after, filter, limit,
       head = head_](const command_bus::ReadSources& sources) -> Result<Page> {
        Page page;
        page.scanned_to = after;
        for (const auto& event : sources.tables.events().after(after, std::min(limit, page_events_max))) {
          if (event.sequence > head) break;
          page.scanned_to = event.sequence;
          if (!filter.wants(event.type) || !filter.sees(inboxes_of(sources.tables, event))) continue;
          page.events.push_back(to_feed_event(sources.tables, *channels, epoch, event));
        }
        return page;
      },
      std::move(done));
}

}  // namespace inboxd::live
