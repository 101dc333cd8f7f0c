// What providers sent, byte for byte, for a set time; the keys by which repetitions are known; and quarantine.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::storage {

struct RawOriginal {
  RawOriginalId id;
  InboxId inbox;
  std::string mime;
  std::string body;
  Timestamp received_at;
  std::string blob_hash = {};  // a large one is this blob; body is empty then

  friend bool operator==(const RawOriginal&, const RawOriginal&) = default;
};

struct QuarantineRow {
  QuarantineId id;
  InboxId inbox;
  RawOriginalId original;
  std::string reason_code;  // "malformed", "unknown_account"
  std::string detail;
  Timestamp received_at;

  friend bool operator==(const QuarantineRow&, const QuarantineRow&) = default;
};

/// How long a key is needed: a message's as long as messages are, so that its repetition stays one for ever; another
/// event's (a receipt, a reaction, an edit) as long as a provider may repeat it.
enum class KeyLife { lasting, passing };

class OriginalTable {
 public:
  virtual ~OriginalTable() = default;
  [[nodiscard]] virtual std::optional<RawOriginal> find(RawOriginalId id) const = 0;
  /// The originals that brought or changed a message, oldest first.
  [[nodiscard]] virtual std::vector<RawOriginalId> of_message(MessageId id) const = 0;
  /// The inboxes that an original spoke of: those of the messages it brought and of its quarantine rows. One provider
  /// request may carry several accounts, so whoever is shown the bytes must see them all.
  [[nodiscard]] virtual std::vector<InboxId> inboxes_of(RawOriginalId id) const = 0;
  [[nodiscard]] virtual std::vector<QuarantineRow> quarantine(InboxId inbox, std::optional<QuarantineId> after,
                                                              int limit) const = 0;
  [[nodiscard]] virtual bool seen(InboxId inbox, std::string_view dedupe_key) const = 0;

  virtual RawOriginalId insert(const RawOriginal& original) = 0;
  virtual void link(RawOriginalId original, MessageId message) = 0;
  /// False when the inbox has this key already: the event is a repetition.
  virtual bool mark_seen(InboxId inbox, std::string_view dedupe_key, Timestamp at, KeyLife life) = 0;
  /// Deletes passing keys seen before; at most `limit`. Returns how many.
  virtual int forget_keys(Timestamp before, int limit) = 0;
  virtual QuarantineId insert_quarantine(const QuarantineRow& row) = 0;
  /// Deletes originals received before, except those in quarantine; at most `limit`. Returns how many. Their blobs may
  /// become orphans.
  virtual int remove_before(Timestamp before, int limit) = 0;
};

}  // namespace inboxd::storage
