// Identifiers of stored things: distinct types over a number that is never used again, written with a prefix
// outside the program ("cv_9"). Used by every room; the prefixes are part of the public contract.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace inboxd {

template <class Tag>
struct Id {
  std::int64_t value = 0;

  friend auto operator<=>(const Id&, const Id&) = default;
};

// clang-format off
struct AgentTag        { static constexpr std::string_view prefix = "ag"; };
struct AttachmentTag   { static constexpr std::string_view prefix = "at"; };
struct ContactTag      { static constexpr std::string_view prefix = "ct"; };
struct ConversationTag { static constexpr std::string_view prefix = "cv"; };
struct IdentityTag     { static constexpr std::string_view prefix = "id"; };
struct InboxTag        { static constexpr std::string_view prefix = "in"; };
struct MessageTag      { static constexpr std::string_view prefix = "ms"; };
struct OutboxTag       { static constexpr std::string_view prefix = "ob"; };
struct RawOriginalTag  { static constexpr std::string_view prefix = "rw"; };
struct QuarantineTag   { static constexpr std::string_view prefix = "qu"; };
struct TeamTag         { static constexpr std::string_view prefix = "tm"; };
struct TimerTag        { static constexpr std::string_view prefix = "ti"; };
// clang-format on

using AgentId = Id<AgentTag>;
using AttachmentId = Id<AttachmentTag>;
using ContactId = Id<ContactTag>;
using ConversationId = Id<ConversationTag>;
using IdentityId = Id<IdentityTag>;
using InboxId = Id<InboxTag>;
using MessageId = Id<MessageTag>;
using OutboxId = Id<OutboxTag>;
using RawOriginalId = Id<RawOriginalTag>;
using QuarantineId = Id<QuarantineTag>;
using TeamId = Id<TeamTag>;
using TimerId = Id<TimerTag>;

template <class Tag>
std::string to_string(Id<Tag> id) {
  std::string text(Tag::prefix);
  text += '_';
  text += std::to_string(id.value);
  return text;
}

/// Reads "cv_9" back; nothing for another prefix, signs, leading zeros, or numbers that do not fit.
template <class IdType>
std::optional<IdType> parse_id(std::string_view text);

namespace detail {
template <class Tag>
std::optional<Id<Tag>> parse_tagged(std::string_view text) {
  constexpr auto prefix = Tag::prefix;
  if (text.size() < prefix.size() + 2 || !text.starts_with(prefix) || text[prefix.size()] != '_') return std::nullopt;
  text.remove_prefix(prefix.size() + 1);
  if (text.front() < '1' || text.front() > '9') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Id<Tag>{value};
}
template <class IdType>
struct TagOf;
template <class Tag>
struct TagOf<Id<Tag>> {
  using type = Tag;
};
}  // namespace detail

template <class IdType>
std::optional<IdType> parse_id(std::string_view text) {
  return detail::parse_tagged<typename detail::TagOf<IdType>::type>(text);
}

}  // namespace inboxd

template <class Tag>
struct std::hash<inboxd::Id<Tag>> {
  std::size_t operator()(inboxd::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
