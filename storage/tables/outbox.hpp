// What is to be sent. A row is committed before the network is touched and stays until its end is true.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schemas/types/ids.hpp"
#include "schemas/types/outbound.hpp"
#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd::storage {

/// Whether a request is on its way, so that a restart knows what an absent answer means.
enum class InFlight { none, repeatable, unrepeatable };

}  // namespace inboxd::storage

namespace inboxd {
template <>
struct EnumNames<storage::InFlight> {
  static constexpr std::array<std::pair<storage::InFlight, std::string_view>, 3> table{{
      {storage::InFlight::none, "none"},
      {storage::InFlight::repeatable, "repeatable"},
      {storage::InFlight::unrepeatable, "unrepeatable"},
  }};
};
}  // namespace inboxd

namespace inboxd::storage {

struct OutboxRow {
  OutboxId id;
  MessageId message;
  ConversationId conversation;
  InboxId inbox;
  OutboxAction action = OutboxAction::send;
  DeliveryState state = DeliveryState::queued;  // queued, sending, sent, failed, uncertain
  int attempt = 1;                              // as the agent sees it: a retry by a person is a new one
  int tries = 0;                                // transfers that failed and will be made again by themselves
  bool held = false;                            // after a restored backup: until an operator releases it
  std::optional<Timestamp> next_try_at;         // absent: now
  std::string owner;                            // which process claimed it
  std::optional<Timestamp> lease_until;
  InFlight in_flight = InFlight::none;
  std::string payload;      // JSON of schemas/json/outbox.hpp: template, emoji, new text of an edit
  std::string exchanges;    // JSON of the finished steps' small results
  std::string correlation;  // echoed by some providers
  Timestamp created_at;

  friend bool operator==(const OutboxRow&, const OutboxRow&) = default;
};

enum class Held { no, yes };

struct OutboxCounts {
  std::int64_t queued = 0;
  std::int64_t held = 0;
  std::int64_t sending = 0;
  std::int64_t failed = 0;
  std::int64_t uncertain = 0;
  std::optional<Timestamp> oldest_queued;
};

class OutboxTable {
 public:
  virtual ~OutboxTable() = default;
  [[nodiscard]] virtual std::optional<OutboxRow> find(OutboxId id) const = 0;
  /// The newest row that sends this message.
  [[nodiscard]] virtual std::optional<OutboxRow> send_of(MessageId message) const = 0;
  /// Its edits, deletions and reactions of ours, newest first.
  [[nodiscard]] virtual std::vector<OutboxRow> changes_of(MessageId message, int limit) const = 0;
  [[nodiscard]] virtual std::optional<OutboxRow> find_by_correlation(InboxId inbox,
                                                                     std::string_view correlation) const = 0;
  /// Heads that may go out now: the oldest unfinished row of each conversation, queued, not held, due, its inbox
  /// enabled and not paused, and not in `busy_inboxes`. Oldest first.
  [[nodiscard]] virtual std::vector<OutboxRow> due(Timestamp now, const std::vector<InboxId>& busy_inboxes,
                                                   int limit) const = 0;
  /// When the next queued row falls due; nothing when none waits for a time.
  [[nodiscard]] virtual std::optional<Timestamp> next_due(Timestamp after) const = 0;
  /// Rows left `sending` by a process that is gone: another owner, or a lease that ended.
  [[nodiscard]] virtual std::vector<OutboxRow> abandoned(std::string_view owner, Timestamp now, int limit) const = 0;
  /// Rows in the given states (empty: queued, sending, uncertain, failed), oldest first.
  [[nodiscard]] virtual std::vector<OutboxRow> list(const std::vector<DeliveryState>& states,
                                                    std::optional<OutboxId> after, int limit) const = 0;
  /// Queued rows that are held, or that are not, oldest first.
  [[nodiscard]] virtual std::vector<OutboxRow> queued(Held held, int limit) const = 0;
  [[nodiscard]] virtual OutboxCounts counts() const = 0;

  virtual OutboxId insert(const OutboxRow& row) = 0;
  virtual void update(const OutboxRow& row) = 0;
};

}  // namespace inboxd::storage
