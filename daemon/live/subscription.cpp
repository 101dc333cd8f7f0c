#include "daemon/live/subscription.hpp"

#include <utility>

namespace inboxd::live {

Subscription::Subscription(Hub& hub, Outlet& outlet, std::string name, Filter filter)
    : hub_(hub), outlet_(outlet), name_(std::move(name)), filter_(std::move(filter)) {}

Subscription::~Subscription() {
  *alive_ = false;
  if (started_) hub_.unfollow(*this);
}

void Subscription::start(std::int64_t sequence) {
  position_ = given_ = sequence;
  started_ = true;
  hub_.follow(*this);
  pump();
}

void Subscription::pump() {
  if (!started_ || reading_) return;
  while (position_ < hub_.head() && outlet_.unsent() < unsent_max) {
    const auto* event = hub_.next_in_ring(position_);
    if (event == nullptr) return read_page();
    if (filter_.admits(*event)) give(*event);
    position_ = event->sequence;
  }
  if (!live_ && position_ >= hub_.head()) {
    live_ = true;
    give_cursor("live");
    outlet_.caught_up();
  }
}

void Subscription::read_page() {
  reading_ = true;
  hub_.read_page(position_, filter_, page_events_max, [this, alive = alive_](Result<Page> page) {
    if (!*alive) return;
    reading_ = false;
    if (!page && page.error().code == ErrorCode::resync_required) return outlet_.cut_off();
    if (!page) return;  // the next commit, drain or mark tries again
    for (const auto& event : page->events) give(event);
    position_ = page->scanned_to;
    pump();
  });
}

void Subscription::give(const FeedEvent& event) {
  std::string prefix = R"({"type":"event","subscription":")";
  prefix += name_;
  prefix += R"(","previous":")";
  prefix += hub_.epoch();
  prefix += ':';
  prefix += std::to_string(given_);
  prefix += '"';
  outlet_.send(prefix, event.tail);
  hub_.count_given();
  given_ = event.sequence;
}

void Subscription::give_cursor(std::string_view type) {
  std::string frame = R"({"type":")";
  frame += type;
  frame += R"(","subscription":")";
  frame += name_;
  frame += R"(","cursor":")";
  frame += hub_.epoch();
  frame += ':';
  frame += std::to_string(position_);
  frame += R"("})";
  outlet_.send(frame, {});
  given_ = position_;
}

void Subscription::mark() {
  pump();
  // A ping or another subscription's mark may wait in front of it; a slow client gets none.
  if (live_ && position_ > given_ && outlet_.unsent() < unsent_max) give_cursor("mark");
}

}  // namespace inboxd::live
