// The event log as the store has it, read after every commit and kept: what clients get is held against it, and each
// new event is looked at once (sequences, versions, timers, the truth of deliveries).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schemas/types/agent.hpp"
#include "storage/store.hpp"
#include "tests/simulation/journal.hpp"
#include "tests/simulation/truth.hpp"

namespace inboxd::simulation {

inline constexpr std::chrono::days closes_after{7};

class Mirror {
 public:
  Mirror(Journal& journal, Truth& truth) : journal_(journal), truth_(truth) {}

  void follow(const storage::Tables& tables);
  [[nodiscard]] std::int64_t head() const { return static_cast<std::int64_t>(log_.size()); }
  [[nodiscard]] const Event& at(std::int64_t sequence) const { return log_.at(static_cast<std::size_t>(sequence - 1)); }

  enum class Sight { yes, no, depends };
  /// Whether somebody with these inboxes gets the event. Contacts: depends on the identities of that moment.
  [[nodiscard]] Sight sight(std::int64_t sequence, const std::set<std::string>& inbox_names) const;
  void name_inboxes(const storage::Tables& tables);

  [[nodiscard]] const std::vector<ConversationId>& conversations() const { return conversations_; }
  [[nodiscard]] const std::vector<MessageId>& messages() const { return messages_; }
  [[nodiscard]] const std::vector<ContactId>& contacts() const { return contacts_; }

 private:
  struct Remembered {
    std::optional<Timestamp> snoozed_until;
    std::optional<Timestamp> resolved_at;
  };

  void look_at(const storage::Tables& tables, const Event& event, std::set<std::int64_t>& met);
  void check_version(const Event& event);
  void check_timer(const Event& event, const std::set<std::int64_t>& met) const;

  Journal& journal_;
  Truth& truth_;
  std::vector<Event> log_;
  std::map<std::pair<int, std::int64_t>, std::int64_t> versions_;
  std::map<ConversationId, Remembered> remembered_;
  std::map<InboxId, std::string> inbox_names_;
  std::set<std::int64_t> ticket_numbers_;
  std::vector<ConversationId> conversations_;
  std::vector<MessageId> messages_;
  std::vector<ContactId> contacts_;
};

}  // namespace inboxd::simulation
