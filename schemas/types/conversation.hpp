// A conversation: one ticket with one customer on one inbox, as stored and as clients see it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd {

struct Conversation {
  ConversationId id;
  std::int64_t number = 0;  // the ticket number that people say
  InboxId inbox;
  std::string inbox_name;  // read only: joined
  ContactId contact;
  IdentityId identity;  // whom an answer goes to
  std::string thread;   // that identity's handle: the chat at the provider
  ConversationStatus status = ConversationStatus::open;
  Priority priority = Priority::normal;
  std::optional<std::string> category;
  std::string subject;
  std::optional<AgentId> assignee;
  std::optional<TeamId> team;
  std::vector<std::string> tags;  // sorted, each once
  std::optional<std::string> language;
  std::optional<ConversationId> continues;
  std::optional<Timestamp> snoozed_until;
  Timestamp created_at;
  Timestamp updated_at;
  Timestamp last_message_at;                          // ours, of the newest message that is not an activity
  std::optional<Timestamp> last_customer_message_at;  // the provider's
  std::int64_t unread = 0;
  std::optional<Timestamp> reply_window_ends_at;
  std::optional<Timestamp> resolved_at;
  std::int64_t version = 1;

  friend bool operator==(const Conversation&, const Conversation&) = default;
};

}  // namespace inboxd
