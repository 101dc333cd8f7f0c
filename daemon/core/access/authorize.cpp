#include "daemon/core/access/authorize.hpp"

namespace inboxd::core {
namespace {

/// The least role that may do it where it may see.
Role least_role(Action action) {
  switch (action) {
    case Action::see:
    case Action::reply:
    case Action::note:
    case Action::change_conversation:
    case Action::start_conversation:
    case Action::change_contact:
    case Action::settle_own_send:
      return Role::agent;
    case Action::settle_send:
    case Action::merge_contacts:
    case Action::see_quarantine:
      return Role::lead;
    case Action::operate_outbox:
    case Action::change_users:
    case Action::see_audit:
      return Role::admin;
  }
  return Role::admin;
}

}  // namespace

Access authorize(const Agent& principal, Action action, const AccessObject& object) {
  if (principal.disabled_at) return Access::hidden;
  if (object.inbox && !principal.sees(*object.inbox)) return Access::hidden;
  return principal.role >= least_role(action) ? Access::allowed : Access::denied;
}

Result<void> require(const Agent& principal, Action action, const AccessObject& object, const std::string& what) {
  switch (authorize(principal, action, object)) {
    case Access::allowed:
      return {};
    case Access::hidden:
      return not_found("there is no " + what);
    case Access::denied:
      return forbidden("the role " + std::string(enum_name(principal.role)) + " may not do this to " + what +
                       "; it takes " + std::string(enum_name(least_role(action))));
  }
  return {};
}

}  // namespace inboxd::core
