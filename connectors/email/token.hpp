// What an email inbox signs and reads again: plus-addresses, Message-IDs and envelope senders that lead an answer or a
// bounce back to what it answers, and that nobody can guess. Pure; an empty key signs and accepts nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inboxd::connectors::email {

/// "support@example.com" with `tag` becomes "support+tag@example.com" (RFC 5233); without an "@" it stays as it is.
std::string plus_address(std::string_view address, std::string_view tag);
/// The tag of an address that is `base` with one, whatever the letters' case; nothing otherwise.
std::optional<std::string> plus_tag(std::string_view base, std::string_view address);

/// Names a conversation in a plus-address: "c42.0f3a…" for "cv_42".
std::string conversation_tag(std::string_view key, std::string_view conversation);
std::optional<std::string> conversation_of_tag(std::string_view key, std::string_view tag);

/// Names an outbox row and one of its recipients in an envelope sender: "b17-2.9c1e…".
struct BounceTag {
  std::string stable_id;
  int recipient = 0;

  friend bool operator==(const BounceTag&, const BounceTag&) = default;
};
std::string bounce_tag(std::string_view key, const BounceTag& bounce);
std::optional<BounceTag> bounce_of_tag(std::string_view key, std::string_view tag);

/// "<stable-id.signature@domain>", the same for every attempt of a row.
std::string message_id(std::string_view key, std::string_view stable_id, std::string_view domain);
/// The stable id of a Message-ID that message_id() made with this key.
std::optional<std::string> stable_id_of(std::string_view key, std::string_view message_id);

}  // namespace inboxd::connectors::email
