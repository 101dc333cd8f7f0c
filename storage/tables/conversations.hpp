// Conversations and their tags.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schemas/types/agent.hpp"
#include "schemas/types/conversation.hpp"

namespace inboxd::storage {

enum class ConversationSort { newest_message, oldest_message, created, number };

struct ConversationFilter {
  std::vector<ConversationStatus> statuses;  // empty: every
  std::vector<InboxId> inboxes;              // empty: every that the viewer sees
  std::optional<AgentId> assignee;
  bool unassigned = false;
  std::optional<std::string> tag;
  std::optional<ContactId> contact;
  /// When present, only these (what search found), in the order of `sort`.
  std::optional<std::vector<ConversationId>> only;
  ConversationSort sort = ConversationSort::newest_message;
};

/// Where a page begins: the last row of the page before.
struct ConversationPosition {
  std::int64_t key = 0;  // of the sort: unix ms or number
  ConversationId id;
};

class ConversationTable {
 public:
  virtual ~ConversationTable() = default;
  [[nodiscard]] virtual std::optional<Conversation> find(ConversationId id) const = 0;
  [[nodiscard]] virtual std::optional<Conversation> find_by_number(std::int64_t ticket_number) const = 0;
  /// The newest conversation with this identity, whatever its status.
  [[nodiscard]] virtual std::optional<Conversation> newest_of(IdentityId identity) const = 0;
  [[nodiscard]] virtual std::vector<Conversation> list(const Agent& viewer, const ConversationFilter& filter,
                                                       const std::optional<ConversationPosition>& after,
                                                       int limit) const = 0;
  /// Those with this identity from `from` on, oldest first.
  [[nodiscard]] virtual std::vector<ConversationId> of_identity(IdentityId identity, ConversationId from,
                                                                int limit) const = 0;

  /// Conversations belong to an identity; their contact is that identity's (so a merge moves identities only).
  /// Gives it its id and the next ticket number; tags included, everything else comes back as given.
  virtual Conversation insert(Conversation conversation) = 0;
  /// Everything that can change, tags included when they differ from what is stored.
  virtual void update(const Conversation& conversation) = 0;
  /// Only what an ordinary message changes: last_message_at, last_customer_message_at, unread, reply_window_ends_at,
  /// updated_at, version.
  virtual void touch(const Conversation& conversation) = 0;
};

}  // namespace inboxd::storage
