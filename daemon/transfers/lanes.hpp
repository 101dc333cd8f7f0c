// Who may start next: bounded concurrency, total and per host, first come first served within a lane. Sends (what is
// not repeatable) and everything else have lanes of their own, so that long polls and downloads never hold up a reply.
// Used by the thread of CurlTransfers only; knows no libcurl.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace inboxd::transfers {

enum class Traffic { sends, others };

struct LaneLimits {
  std::size_t running_max = 128;          // at once, for each kind of traffic
  std::size_t running_per_host_max = 32;  // at once to one scheme, host and port
};

template <class Item>
class Lanes {
 public:
  using Key = std::pair<Traffic, std::string>;  // the origin

  explicit Lanes(LaneLimits limits) : limits_(limits) {}

  void push(const Key& key, std::unique_ptr<Item> item) {
    lanes_[key].waiting.push_back(std::move(item));
    ++waiting_;
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

  /// The next item that may run, counted as running; null when the limits leave none. Lanes take turns.
  std::unique_ptr<Item> start_one() {
    auto lane = lanes_.upper_bound(last_);
    for (std::size_t seen = 0; seen < lanes_.size(); ++seen, ++lane) {
      if (lane == lanes_.end()) lane = lanes_.begin();
      if (lane->second.waiting.empty() || lane->second.running >= limits_.running_per_host_max) continue;
      if (running_[lane->first.first] >= limits_.running_max) continue;
      last_ = lane->first;
      return take(lane->second, running_[lane->first.first]);
    }
    return nullptr;
  }
  /// An item of this key that was running has ended.
  void ended(const Key& key) {
    const auto lane = lanes_.find(key);
    --lane->second.running;
    --running_[key.first];
    if (lane->second.running == 0 && lane->second.waiting.empty()) lanes_.erase(lane);
  }
  /// Removes and returns the waiting items for which `gone` holds.
  template <class Predicate>
  std::vector<std::unique_ptr<Item>> take_waiting_if(Predicate gone) {
    std::vector<std::unique_ptr<Item>> taken;
    for (auto lane = lanes_.begin(); lane != lanes_.end();) {
      std::deque<std::unique_ptr<Item>> kept;
      for (auto& item : lane->second.waiting) {
        if (gone(*item)) {
          taken.push_back(std::move(item));
        } else {
          kept.push_back(std::move(item));
        }
      }
      waiting_ -= lane->second.waiting.size() - kept.size();
      lane->second.waiting = std::move(kept);
      lane = lane->second.waiting.empty() && lane->second.running == 0 ? lanes_.erase(lane) : std::next(lane);
    }
    return taken;
  }

 private:
  struct Lane {
    std::deque<std::unique_ptr<Item>> waiting;
    std::size_t running = 0;
  };

  std::unique_ptr<Item> take(Lane& lane, std::size_t& running) {
    auto item = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    --waiting_;
    ++lane.running;
    ++running;
    return item;
  }

  LaneLimits limits_;
  std::map<Key, Lane> lanes_;
  std::map<Traffic, std::size_t> running_;
  Key last_;
  std::size_t waiting_ = 0;
};

}  // namespace inboxd::transfers
