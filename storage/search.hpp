// Full text over messages and subjects: an index in a file of its own, fed from the log, thrown away and built again
// when it does not fit. Its writing side belongs to one thread, its queries to the readers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/event.hpp"
#include "schemas/types/ids.hpp"

namespace inboxd::storage {

/// One message, or the subject of a conversation: all words of a search must be in one document.
struct SearchDocument {
  std::optional<MessageId> message;  // nothing: it is the conversation's subject
  ConversationId conversation;
  InboxId inbox;
  std::string text;  // what can be found: text and attachment names, or the subject; empty: take it out of the index
};

class SearchWriter {
 public:
  virtual ~SearchWriter() = default;
  /// Up to where the index has followed the log; empty epoch when it is new.
  [[nodiscard]] virtual Cursor cursor() const = 0;
  /// One transaction: the documents and the cursor together.
  virtual void apply(const std::vector<SearchDocument>& documents, const Cursor& cursor) = 0;
  /// Empties the index: its epoch is another one, or its cursor is beyond the log.
  virtual void reset() = 0;
};

class SearchReader {
 public:
  virtual ~SearchReader() = default;
  /// Conversations with a message or a subject that holds every word (prefixes for the last), best first; `inboxes`
  /// empty: all.
  [[nodiscard]] virtual std::vector<ConversationId> find(std::string_view words, const std::vector<InboxId>& inboxes,
                                                         int limit) const = 0;
};

}  // namespace inboxd::storage
