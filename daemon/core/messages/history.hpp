// What was written before this desk read the inbox: it is shown, and nothing more. It opens nothing, is not unread, is
// answered by nobody, and its times are its own. Used by receive(), for requests that carry it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "daemon/core/context.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::core {

struct History {
  /// Of the conversations that it makes: open, pending, resolved or closed.
  ConversationStatus status = ConversationStatus::closed;
  /// A resolved one is closed this long after the import.
  std::chrono::days close_after{0};
  /// The stream state in which the tally is kept, in the transaction of what it counts.
  std::string tally;
};

/// What became of the originals of one import, however often it was begun again.
struct HistoryTally {
  std::int64_t imported = 0;
  std::int64_t repeated = 0;    // were there already
  std::int64_t unreadable = 0;  // kept, with a note of what could not be read, or in quarantine

  [[nodiscard]] std::int64_t total() const { return imported + repeated + unreadable; }
};

std::string to_text(const HistoryTally& tally);
/// All zero where the text is none.
HistoryTally tally_from_text(const std::string& text);

/// The conversation as it is with an old message in it; `draft` is one that the message makes.
enum class OldMessageIn { existing, draft };
void move_by_history(const History& history, const MessageReceived& event, Timestamp written_at, OldMessageIn where,
                     Conversation& conversation);

/// Once a draft has its id: when what the import left resolved is closed.
void follow_history(Context& context, const History& history, const Conversation& conversation);

}  // namespace inboxd::core
