// People: added with a role and inboxes, given tokens of which only a hash is kept.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/context.hpp"

namespace inboxd::core {

struct AddUser {
  std::string email;
  std::string name;
  Role role = Role::agent;
  std::vector<std::string> inboxes;  // names; empty: none for agent and lead, all for manager and admin
};
/// An address that exists: conflict, nothing changed.
Result<Outcome> add_user(Context& context, const AddUser& command);

/// Changes what a person may see; holds on open sockets at once.
struct ChangeRights {
  AgentId agent;
  std::optional<Role> role;
  std::optional<std::vector<std::string>> inboxes;
  bool disable = false;
};
Result<Outcome> change_rights(Context& context, const ChangeRights& command);

/// `hash`: SHA-256 of the token, 32 bytes.
Result<Outcome> add_token(Context& context, const std::string& email, const std::string& hash);

}  // namespace inboxd::core
