#include "connectors/email/imap/downloads.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::connectors::email::imap {
namespace {

/// Originals that are asked for or wait to be stored, and their bytes. One larger than all goes alone.
constexpr std::size_t window_count_max = 64;
constexpr std::uint64_t window_bytes_max = std::uint64_t{8} << 20U;

}  // namespace

std::uint64_t Downloads::cost(const Message& message) const {
  return message.reading == Reading::whole ? message.size : std::min(message.size, header_bytes_max);
}

bool Downloads::room_for(const Message& message) const {
  if (asked_.empty() && given_.empty()) return true;
  return asked_.size() + given_.size() < window_count_max &&
         asked_bytes_ + given_bytes_ + cost(message) <= window_bytes_max;
}

void Downloads::ask(std::string tag, const Message& message) {
  asked_bytes_ += cost(message);
  asked_.push_back({std::move(tag), message});
}

Downloads::Asked* Downloads::next() {
  const auto found = std::find_if(asked_.begin(), asked_.end(), [](const Asked& asked) { return !asked.delivered; });
  return found == asked_.end() ? nullptr : &*found;
}

bool Downloads::awaits(std::uint32_t uid) const {
  return std::any_of(asked_.begin(), asked_.end(),
                     [&](const Asked& asked) { return !asked.delivered && asked.message.uid == uid; });
}

std::optional<Message> Downloads::next_message() const {
  for (const auto& asked : asked_)
    if (!asked.delivered) return asked.message;
  return std::nullopt;
}

bool Downloads::begin(std::optional<std::uint32_t> uid, std::uint64_t size) {
  Asked* front = next();
  if (front == nullptr || under_way_) return false;
  if (uid && *uid != front->message.uid) {
    for (auto& asked : asked_)
      if (asked.message.uid == *uid && !asked.delivered) asked.again = true;
    return false;
  }
  if (front->message.reading == Reading::whole) {
    // Some servers tell a size beforehand that is not the message's.
    asked_bytes_ -= cost(front->message);
    front->message.size = size;
    front->again = size > original_bytes_max_;
    if (front->again) front->message.reading = Reading::headers_of_too_large;
    asked_bytes_ += cost(front->message);
  }
  under_way_ = !front->again;
  return under_way_;
}

std::optional<Message> Downloads::end(std::optional<std::uint32_t> uid) {
  under_way_ = false;
  Asked* front = next();
  if (front == nullptr) return std::nullopt;
  if (uid && *uid != front->message.uid) {
    for (auto& asked : asked_)
      if (asked.message.uid == *uid && !asked.delivered) asked.again = true;
    return std::nullopt;
  }
  front->delivered = true;
  asked_bytes_ -= cost(front->message);
  given(cost(front->message));
  return front->message;
}

void Downloads::denied(std::uint32_t uid) {
  for (auto& asked : asked_)
    if (asked.message.uid == uid) asked.denied = true;
}

Downloads::Answer Downloads::answered(const std::string& tag, bool accepted) {
  const auto found = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& asked) { return asked.tag == tag; });
  if (found == asked_.end()) return {};
  Answer answer{Outcome::settled, found->message};
  if (!found->delivered && (!accepted || found->denied)) {
    answer.outcome = Outcome::refused;
  } else if (!found->delivered && found->again) {
    found->again = false;
    answer.outcome = Outcome::ask_again;
    return answer;
  }
  if (!found->delivered) asked_bytes_ -= cost(found->message);
  asked_.erase(found);
  return answer;
}

void Downloads::asked_again(const std::string& old_tag, std::string tag) {
  const auto found = std::find_if(asked_.begin(), asked_.end(), [&](const auto& one) { return one.tag == old_tag; });
  if (found != asked_.end()) found->tag = std::move(tag);
}

void Downloads::given(std::uint64_t bytes) {
  given_.push_back(bytes);
  given_bytes_ += bytes;
}

void Downloads::committed() {
  if (given_.empty()) return;
  given_bytes_ -= given_.front();
  given_.pop_front();
}

}  // namespace inboxd::connectors::email::imap
