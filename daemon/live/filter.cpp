#include "daemon/live/filter.hpp"

#include <algorithm>

#include "daemon/core/access/authorize.hpp"

namespace inboxd::live {
namespace {

bool well_formed(const std::string& pattern) {
  // The ephemeral ones have no family.
  if (pattern == "*" || pattern == "typing" || pattern == "viewing" || pattern == "presence") return true;
  const auto dot = pattern.find('.');
  return dot != std::string::npos && dot > 0 && dot + 1 < pattern.size() && pattern.size() <= 64;
}

bool matches(const std::string& pattern, std::string_view name) {
  if (pattern == "*" || pattern == name) return true;
  return pattern.ends_with(".*") && name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
}

}  // namespace

Result<void> Filter::narrow_to_events(const std::vector<std::string>& patterns) {
  std::uint32_t types = 0;
  for (const auto& pattern : patterns) {
    if (!well_formed(pattern))
      return bad_request("`events` takes names like \"message.created\" or \"message.*\", not \"" +
                         pattern.substr(0, 64) + "\"");
    for (const auto& [type, name] : EnumNames<EventType>::table)
      if (matches(pattern, name)) types |= bit(type);
  }
  types_ = types;
  return {};
}

void Filter::narrow_to_inboxes(std::vector<InboxId> inboxes) {
  std::sort(inboxes.begin(), inboxes.end());
  inboxes_ = std::move(inboxes);
}

bool Filter::reaches(const Audience& audience) const {
  if (audience) return sees(*audience);
  return core::authorize(viewer_, core::Action::see, {}) == core::Access::allowed;
}

bool Filter::sees(const std::vector<InboxId>& inboxes) const {
  return std::any_of(inboxes.begin(), inboxes.end(), [this](InboxId inbox) {
    if (inboxes_ && !std::binary_search(inboxes_->begin(), inboxes_->end(), inbox)) return false;
    return core::authorize(viewer_, core::Action::see, {inbox}) == core::Access::allowed;
  });
}

}  // namespace inboxd::live
