#include "daemon/core/agents/users.hpp"

#include <algorithm>

namespace inboxd::core {
namespace {

constexpr std::size_t email_bytes_max = 254;  // RFC 5321, 4.5.3.1.3 less the angle brackets

constexpr std::size_t name_bytes_max = 200;

bool looks_like_address(const std::string& email) {
  const auto at = email.find('@');
  const bool printable = std::all_of(email.begin(), email.end(), [](unsigned char c) { return c > ' ' && c != 127; });
  return at != std::string::npos && at > 0 && at + 1 < email.size() && email.size() <= email_bytes_max && printable;
}

Result<std::vector<InboxId>> ids_of(Context& context, const std::vector<std::string>& names) {
  std::vector<InboxId> ids;
  for (const auto& name : names) {
    const auto inbox = context.tables.inboxes().find_by_name(name);
    if (!inbox) return bad_request("there is no inbox " + name);
    ids.push_back(inbox->id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

bool sees_all_by_default(Role role) { return role == Role::manager || role == Role::admin; }

}  // namespace

Result<Outcome> add_user(Context& context, const AddUser& command) {
  if (!looks_like_address(command.email)) return bad_request("\"" + command.email + "\" is not an email address");
  if (context.tables.agents().find_by_email(command.email))
    return Error{ErrorCode::conflict, "there is a user " + command.email + " already; nothing was changed", {}};
  if (command.name.size() > name_bytes_max)
    return bad_request("the name takes up to " + std::to_string(name_bytes_max) + " bytes");
  const auto inboxes = ids_of(context, command.inboxes);
  if (!inboxes) return inboxes.error();
  Agent agent;
  agent.email = command.email;
  agent.name = command.name.empty() ? command.email.substr(0, command.email.find('@')) : command.name;
  agent.role = command.role;
  agent.inboxes = *inboxes;
  agent.all_inboxes = command.inboxes.empty() && sees_all_by_default(command.role);
  agent.created_at = context.now;
  agent.rights_changed_at_sequence = 0;
  agent.id = context.tables.agents().insert(agent);
  const auto sequence = record(context, agent, EventType::agent_created);
  audit(context, "agent", agent.id.value);
  return Outcome{ObjectKind::agent, agent.id.value, sequence};
}

Result<Outcome> change_rights(Context& context, const ChangeRights& command) {
  auto agent = context.tables.agents().find(command.agent);
  if (!agent) return not_found("there is no agent " + to_string(command.agent));
  const auto role_before = agent->role;
  if (command.role) {
    agent->role = *command.role;
    // The same defaults as for a new user: nobody keeps every inbox by having been a manager once.
    if (!sees_all_by_default(agent->role)) agent->all_inboxes = false;
    if (sees_all_by_default(agent->role) && agent->inboxes.empty()) agent->all_inboxes = true;
  }
  if (command.inboxes) {
    const auto inboxes = ids_of(context, *command.inboxes);
    if (!inboxes) return inboxes.error();
    agent->inboxes = *inboxes;
    agent->all_inboxes = inboxes->empty() && sees_all_by_default(agent->role);
  }
  if (command.disable) agent->disabled_at = context.now;
  ++agent->version;
  Changes changes;
  changes.add("role", enum_name(role_before), enum_name(agent->role));
  // An event of its own moves the log on, so every cursor is clearly from before the change or from after it.
  agent->rights_changed_at_sequence = record(context, *agent, EventType::agent_updated, changes);
  context.tables.agents().update(*agent);
  audit(context, "agent", agent->id.value, changes);
  return Outcome{ObjectKind::agent, agent->id.value, agent->rights_changed_at_sequence};
}

Result<Outcome> add_token(Context& context, const std::string& email, const std::string& hash) {
  const auto agent = context.tables.agents().find_by_email(email);
  if (!agent || agent->disabled_at) return not_found("there is no user " + email + "; add one with `inboxd user add`");
  context.tables.agents().add_token(agent->id, hash, context.now);
  audit(context, "agent", agent->id.value);
  return Outcome{ObjectKind::agent, agent->id.value, 0};
}

}  // namespace inboxd::core
