#include "daemon/http/write_queue.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::http {

namespace {
/// A quiet connection keeps no more than this of its queue's memory, and this many places for shared texts.
constexpr std::size_t kept_capacity_max = std::size_t{16} * 1024;
constexpr std::size_t kept_places_max = 64;
/// A shorter text costs less as a copy than as a piece of its own.
constexpr std::size_t copied_max = 128;
}  // namespace

void WriteQueue::share(std::shared_ptr<const std::string> text) {
  if (!text) return;
  if (text->size() <= copied_max) {
    own_ += *text;
    return;
  }
  shared_bytes_ += text->size();
  shared_.push_back({own_.size(), std::move(text)});
}

std::span<const boost::asio::const_buffer> WriteQueue::first(Pieces& pieces) const {
  std::size_t count = 0;
  std::size_t own = own_taken_;
  std::size_t skip = text_taken_;
  const auto add_own = [&](std::size_t end) {
    if (end > own) pieces[count++] = {own_.data() + own, end - own};
    own = end;
  };
  for (std::size_t i = shared_taken_; i < shared_.size() && count + 2 <= pieces_max; ++i) {
    add_own(shared_[i].after);
    pieces[count++] = {shared_[i].text->data() + skip, shared_[i].text->size() - skip};
    skip = 0;
    if (i + 1 < shared_.size()) continue;
    if (count < pieces_max) add_own(own_.size());
  }
  if (shared_taken_ == shared_.size()) add_own(own_.size());
  return {pieces.data(), count};
}

void WriteQueue::take(std::size_t bytes) {
  taken_ += bytes;
  while (bytes > 0) {
    const std::size_t own_end = shared_taken_ < shared_.size() ? shared_[shared_taken_].after : own_.size();
    const std::size_t own = std::min(bytes, own_end - own_taken_);
    own_taken_ += own;
    bytes -= own;
    if (bytes == 0 || shared_taken_ == shared_.size()) break;
    auto& text = shared_[shared_taken_].text;
    const std::size_t part = std::min(bytes, text->size() - text_taken_);
    text_taken_ += part;
    bytes -= part;
    if (text_taken_ < text->size()) break;
    text.reset();
    text_taken_ = 0;
    ++shared_taken_;
  }
}

void WriteQueue::clear() {
  own_.clear();
  if (own_.capacity() > kept_capacity_max) std::string().swap(own_);
  shared_.clear();
  if (shared_.capacity() > kept_places_max) std::vector<Shared>().swap(shared_);
  shared_bytes_ = taken_ = own_taken_ = shared_taken_ = text_taken_ = 0;
}

}  // namespace inboxd::http
