// Who may do what: the one function that REST, stream, search, export and media ask. Answers from the agent's row as
// it is in the transaction of the question, so a change of rights holds at once.
#pragma once

#include <optional>

#include "schemas/types/agent.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::core {

enum class Action {
  see,    // read an object of an inbox
  reply,  // send, edit, erase, react
  note,
  change_conversation,  // status, assignee, team, tags, priority, snooze, read
  start_conversation,
  change_contact,
  settle_own_send,  // retry, resolve one's own reply
  settle_send,      // …somebody else's
  merge_contacts,
  see_quarantine,
  operate_outbox,  // list, cancel, release for the whole desk
  change_users,
  see_audit,
};

/// What the action is done to: an inbox where there is one. Without an inbox only the role counts.
struct AccessObject {
  std::optional<InboxId> inbox;
};

enum class Access {
  allowed,
  hidden,  // may not even know of it: answer 404
  denied,  // sees it, may not do it: answer 403
};

Access authorize(const Agent& principal, Action action, const AccessObject& object);

/// The same as a refusal for callers: `what` names the object ("conversation cv_9").
Result<void> require(const Agent& principal, Action action, const AccessObject& object, const std::string& what);

}  // namespace inboxd::core
