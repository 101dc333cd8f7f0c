// How far a folder has been read, as the host stores it with the messages: JSON, opaque to everybody else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schemas/types/time.hpp"

namespace inboxd::connectors::email::imap {

struct Cursor {
  std::string folder;
  std::uint64_t uidvalidity = 0;
  std::uint32_t last_uid = 0;
  /// The latest arrival known, never in the future: where to begin when the server renumbers its messages.
  std::optional<Timestamp> last_at;
  /// The whole folder is being read for the first time.
  bool importing = false;
  /// The server has renumbered: what arrived since then is read again.
  std::optional<Timestamp> resync_from;
  /// The message that the server did not give last time, and how often.
  std::uint32_t refused_uid = 0;
  int refused_times = 0;
  /// How often it put us off with that message, in codes that speak of the moment.
  int put_off_times = 0;

  void forget_refusals() {
    refused_uid = 0;
    refused_times = 0;
    put_off_times = 0;
  }

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

std::string to_text(const Cursor& cursor);
/// Nothing when the text is not what to_text() wrote.
std::optional<Cursor> cursor_from_text(const std::string& text);

}  // namespace inboxd::connectors::email::imap
