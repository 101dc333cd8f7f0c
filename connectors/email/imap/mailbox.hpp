// One folder of a mailbox as a session without I/O (RFC 3501, RFC 2177): it begins logged in, brings every message of
// the folder as an original in the order of UIDs, once by its state, then waits for more by IDLE or by polling.
// Opened by the email connector; it never marks, moves or deletes a message and never holds a body.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "connectors/sdk/stream.hpp"

namespace inboxd::connectors::email {

enum class Import { only_new, all };

/// The session brings what is there and ends.
struct ReadHistory {
  std::optional<Timestamp> since;  // by the server's day of arrival
  /// Where the news of another connection begin: the numbering, and the last message that it has. 0: nobody's.
  std::uint64_t uidvalidity = 0;
  std::uint32_t last_uid = 0;
};

struct MailboxOptions {
  std::string folder;  // UTF-8, as a person writes it
  bool sent = false;   // told on in every context: the folder holds what was sent
  Import import = Import::only_new;
  std::optional<ReadHistory> history = {};  // with Import::all
  Milliseconds idle_refresh{9 * 60'000};    // servers and the boxes between drop a silent IDLE after 10 to 30 minutes
  Milliseconds poll_interval{120'000};      // where the server has no IDLE
  /// Of a larger message only the headers are fetched.
  std::uint64_t original_bytes_max = connectors::original_bytes_max;
};

/// `state` is what the session stored last for this folder, empty at first.
std::unique_ptr<StreamSession> open_mailbox(MailboxOptions options, const std::string& state);

}  // namespace inboxd::connectors::email
