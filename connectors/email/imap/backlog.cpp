#include "connectors/email/imap/backlog.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace inboxd::connectors::email::imap {
namespace {

/// UIDs kept of one search; what lies beyond is searched again later.
constexpr std::size_t uids_max = 100'000;
/// Messages whose size is asked in one command, and the length of its set (RFC 7162 section 4 allows 8,000 bytes).
constexpr std::size_t sizes_max = 500;
constexpr std::size_t set_bytes_max = 4'000;
/// Sizes are asked ahead while fewer messages than this are ready.
constexpr std::size_t ready_min = 100;

}  // namespace

void Backlog::search(std::uint32_t last_uid, std::uint32_t alone) {
  *this = Backlog();
  last_uid_ = last_uid;
  highest_uid_ = last_uid;
  alone_ = alone;
}

void Backlog::found(std::uint64_t uid) {
  if (uid <= last_uid_ || uid > std::numeric_limits<std::uint32_t>::max()) return;
  uids_.push_back(static_cast<std::uint32_t>(uid));
  if (uids_.size() >= 2 * uids_max) keep_lowest();
}

void Backlog::keep_lowest() {
  const auto middle = uids_.begin() + static_cast<std::ptrdiff_t>(uids_max);
  std::nth_element(uids_.begin(), middle, uids_.end());
  beyond_ += uids_.size() - uids_max;
  uids_.resize(uids_max);
}

void Backlog::search_ended() {
  if (uids_.size() > uids_max) keep_lowest();
  std::sort(uids_.begin(), uids_.end());
  uids_.erase(std::unique(uids_.begin(), uids_.end()), uids_.end());
  if (!uids_.empty()) highest_uid_ = uids_.back();
}

std::string Backlog::next_sizes() {
  std::string set;
  if (!asked_.empty() || ready_.size() >= ready_min) return set;
  if (!ready_.empty() && ready_.back().uid == alone_) return set;
  while (taken_ < uids_.size() && asked_.size() < sizes_max && set.size() < set_bytes_max) {
    const std::uint32_t first = uids_[taken_];
    const bool goes_alone = first == alone_;
    if (goes_alone && !asked_.empty()) break;
    std::uint32_t last = first;
    asked_.push_back(first);
    while (++taken_ < uids_.size() && asked_.size() < sizes_max && uids_[taken_] == last + 1 && !goes_alone &&
           uids_[taken_] != alone_)
      asked_.push_back(last = uids_[taken_]);
    if (!set.empty()) set += ',';
    set += std::to_string(first);
    if (last != first) set += ':' + std::to_string(last);
    if (goes_alone) break;
  }
  return set;
}

void Backlog::sized(Message message) {
  if (std::binary_search(asked_.begin(), asked_.end(), message.uid) && sized_.size() < sizes_max)
    sized_.push_back(message);
}

std::optional<std::uint32_t> Backlog::first_unsized() const {
  const auto is_sized = [&](std::uint32_t uid) {
    return std::any_of(sized_.begin(), sized_.end(), [&](const Message& message) { return message.uid == uid; });
  };
  const auto found = std::find_if_not(asked_.begin(), asked_.end(), is_sized);
  return found == asked_.end() ? std::nullopt : std::optional(*found);
}

void Backlog::pass_unsized(std::uint32_t uid) {
  if (!asked_.empty() || taken_ >= uids_.size() || uids_[taken_] != uid) return;
  ready_.push_back({uid, 0, std::nullopt, Reading::whole});
  ++taken_;
}

void Backlog::sizes_ended() {
  std::sort(sized_.begin(), sized_.end(), [](const Message& a, const Message& b) { return a.uid < b.uid; });
  for (const auto& message : sized_)
    if (ready_.empty() || ready_.back().uid != message.uid) ready_.push_back(message);
  sized_.clear();
  asked_.clear();
}

Message Backlog::take() {
  const Message message = ready_.front();
  ready_.pop_front();
  return message;
}

}  // namespace inboxd::connectors::email::imap
