// The head of the log, followed: woken after each commit, it reads what is new once, keeps the recent part serialised
// in a ring, and moves every subscription on. Net thread only; the reading itself is done by a reader.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/command_bus/readers.hpp"
#include "daemon/live/feed_event.hpp"
#include "daemon/live/filter.hpp"

namespace inboxd::live {

inline constexpr std::size_t ring_events_max = 16'384;    // recent events kept serialised
inline constexpr std::size_t ring_bytes_max = 8U << 20U;  // … and their bytes
inline constexpr int page_events_max = 500;               // read from the log at once
inline constexpr std::size_t page_bytes_max = 1U << 20U;  // … and about as much of their text

/// Why events could not be told: what they speak of cannot be read. Nobody waits for them.
using Unreadable = std::vector<std::string>;

/// Who wants to know that the log has moved.
class Follower {
 public:
  virtual ~Follower() = default;
  virtual void log_moved() = 0;
  /// Nothing more comes: inboxd stops. Whoever waits for the log gives up.
  virtual void log_ended() {}
  /// The newest sequence that it was given, of those who have a client to keep up with.
  [[nodiscard]] virtual std::optional<std::int64_t> reached() const { return std::nullopt; }
};

/// A stretch of the log as one filter sees it.
struct Page {
  std::vector<FeedEvent> events;
  std::int64_t scanned_to = 0;  // the last sequence looked at
  Unreadable unreadable = {};
};

class Hub {
 public:
  using Channels = std::function<std::shared_ptr<const core::ChannelDirectory>()>;

  /// `head`: the log's newest sequence at the start. `stepped_over` hears of each event that cannot be told, whenever
  /// it is read.
  Hub(command_bus::Readers& readers, Channels channels, std::string epoch, std::int64_t head,
      std::function<void(const std::string&)> stepped_over = {});

  /// A commit brought the log to `head`.
  void committed(std::int64_t head);

  /// Tells all followers that nothing more comes.
  void end();
  [[nodiscard]] bool ended() const { return ended_; }

  void follow(Follower& follower) { followers_.insert(&follower); }
  void unfollow(Follower& follower) { followers_.erase(&follower); }

  /// The newest sequence that followers can have.
  [[nodiscard]] std::int64_t head() const { return head_; }
  [[nodiscard]] const std::string& epoch() const { return epoch_; }
  /// The event after `sequence` while the ring has it, else null.
  [[nodiscard]] const FeedEvent* next_in_ring(std::int64_t sequence) const;
  [[nodiscard]] std::size_t followers() const { return followers_.size(); }
  /// How many events the slowest client is behind.
  [[nodiscard]] std::int64_t lag_max() const;
  /// An event was handed to a client; and how many so far.
  void count_given() { ++given_; }
  [[nodiscard]] std::uint64_t given() const { return given_; }

  /// From the log itself: for those who are further behind than the ring reaches. Refused with resync_required when
  /// the viewer's rights are others by now, or the log has lost what comes after `after`.
  void read_page(std::int64_t after, const Filter& filter, int limit, std::function<void(Result<Page>)> done);

 private:
  void read_news();
  void take_news(std::vector<FeedEvent> news);
  void report(const Unreadable& unreadable) const;

  command_bus::Readers& readers_;
  Channels channels_;
  std::string epoch_;
  std::function<void(const std::string&)> stepped_over_;
  std::int64_t head_;
  std::int64_t committed_;
  bool reading_ = false;
  bool ended_ = false;
  std::deque<FeedEvent> ring_;
  std::size_t ring_bytes_ = 0;
  std::uint64_t given_ = 0;
  std::set<Follower*> followers_;
};

}  // namespace inboxd::live
