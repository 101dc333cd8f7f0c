// Which messages of a folder are still to be fetched: UIDs that a search found, then their sizes in chunks, then one by
// one in the order of UIDs. Bounded whatever the search finds. Used by the mailbox session; sends nothing itself.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "schemas/types/time.hpp"

namespace inboxd::connectors::email::imap {

enum class Reading { whole, headers_of_too_large, headers_of_refused, nothing_of_refused };

struct Message {
  std::uint32_t uid = 0;
  std::uint64_t size = 0;
  std::optional<Timestamp> arrived_at;
  Reading reading = Reading::whole;
};

class Backlog {
 public:
  /// A search for UIDs above `last_uid` begins. The size of `alone` is asked in a command of its own,
  /// and those behind it not before it was taken.
  void search(std::uint32_t last_uid, std::uint32_t alone = 0);
  /// Others are left out: "n:*" finds the last message even where its UID is below n (RFC 3501 section 6.4.8).
  void found(std::uint64_t uid);
  void search_ended();

  /// The UIDs to ask the sizes of next, as a sequence set; empty when none are left or there is no need yet.
  std::string next_sizes();
  void sized(Message message);
  /// The first whose size was asked and did not come.
  [[nodiscard]] std::optional<std::uint32_t> first_unsized() const;
  /// Where this one's turn has come, its size is not asked: the server cannot tell it.
  void pass_unsized(std::uint32_t uid);
  /// Who was asked for and not told is gone.
  void sizes_ended();

  [[nodiscard]] const Message* front() const { return ready_.empty() ? nullptr : &ready_.front(); }
  Message take();

  [[nodiscard]] bool empty() const { return uids_.size() == taken_ && asked_.empty() && ready_.empty(); }
  /// Messages that were found and not taken yet.
  [[nodiscard]] std::uint64_t left() const { return uids_.size() - taken_ + asked_.size() + ready_.size() + beyond_; }
  /// The search found more than is kept: search again after these.
  [[nodiscard]] bool more_beyond() const { return beyond_ > 0; }
  /// Everything found up to here is taken, or gone.
  [[nodiscard]] std::uint32_t highest_uid() const { return highest_uid_; }

 private:
  void keep_lowest();

  std::uint32_t last_uid_ = 0;
  std::uint32_t highest_uid_ = 0;
  std::uint32_t alone_ = 0;
  std::vector<std::uint32_t> uids_;
  std::size_t taken_ = 0;  // of uids_
  std::uint64_t beyond_ = 0;
  std::vector<std::uint32_t> asked_;
  std::vector<Message> sized_;
  std::deque<Message> ready_;
};

}  // namespace inboxd::connectors::email::imap
