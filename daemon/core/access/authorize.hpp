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

}  // namespace inboxd::core

namespace inboxd {
template <>
struct EnumNames<core::Action> {
  static constexpr std::array<std::pair<core::Action, std::string_view>, 13> table{{
      {core::Action::see, "see"},
      {core::Action::reply, "reply"},
      {core::Action::note, "note"},
      {core::Action::change_conversation, "change_conversation"},
      {core::Action::start_conversation, "start_conversation"},
      {core::Action::change_contact, "change_contact"},
      {core::Action::settle_own_send, "settle_own_send"},
      {core::Action::settle_send, "settle_send"},
      {core::Action::merge_contacts, "merge_contacts"},
      {core::Action::see_quarantine, "see_quarantine"},
      {core::Action::operate_outbox, "operate_outbox"},
      {core::Action::change_users, "change_users"},
      {core::Action::see_audit, "see_audit"},
  }};
};
}  // namespace inboxd

namespace inboxd::core {

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
