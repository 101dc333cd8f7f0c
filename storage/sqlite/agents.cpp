// People, their inboxes and tokens, and teams.
#include "storage/sqlite/agents.hpp"

#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr SqlPart select_agent =
    "SELECT a.id, a.email, a.name, a.role, a.all_inboxes, a.disabled_at, a.rights_changed_at_sequence, a.created_at, "
    "a.version FROM agents a";
constexpr auto by_id = select_agent + " WHERE a.id = $1";
constexpr auto by_email = select_agent + " WHERE lower(a.email) = lower($1)";
constexpr auto by_token =
    select_agent +
    " JOIN agent_tokens t ON t.agent = a.id WHERE t.hash = $1 AND t.revoked_at IS NULL AND a.disabled_at IS NULL";
constexpr auto every_agent = select_agent + " ORDER BY a.id";

Agent read_agent(Connection& connection, const Query& row) {
  Agent agent;
  row.read(agent.id, agent.email, agent.name, agent.role, agent.all_inboxes, agent.disabled_at,
           agent.rights_changed_at_sequence, agent.created_at, agent.version);
  Query inboxes(connection, "SELECT inbox FROM agent_inboxes WHERE agent = $1 ORDER BY inbox", agent.id);
  while (inboxes.next()) agent.inboxes.push_back(inboxes.value<InboxId>());
  return agent;
}

std::optional<Agent> first_agent(Connection& connection, Query&& query) {
  if (!query.next()) return std::nullopt;
  return read_agent(connection, query);
}

std::vector<AgentId> members_of(Connection& connection, TeamId team) {
  std::vector<AgentId> members;
  Query query(connection, "SELECT agent FROM team_members WHERE team = $1 ORDER BY agent", team);
  while (query.next()) members.push_back(query.value<AgentId>());
  return members;
}

void insert_inboxes(Connection& connection, const Agent& agent, AgentId id) {
  for (const auto inbox : agent.inboxes)
    execute(connection, "INSERT INTO agent_inboxes (agent, inbox) VALUES ($1, $2)", id, inbox);
}

}  // namespace

std::optional<Agent> SqliteAgentTable::find(AgentId id) const {
  return first_agent(connection_, Query(connection_, by_id, id));
}

std::optional<Agent> SqliteAgentTable::find_by_email(std::string_view email) const {
  return first_agent(connection_, Query(connection_, by_email, email));
}

std::optional<Agent> SqliteAgentTable::find_by_token(std::string_view hash) const {
  return first_agent(connection_, Query(connection_, by_token, Bytes{hash}));
}

std::vector<Agent> SqliteAgentTable::list() const {
  std::vector<Agent> agents;
  Query query(connection_, every_agent);
  while (query.next()) agents.push_back(read_agent(connection_, query));
  return agents;
}

std::vector<Team> SqliteAgentTable::teams() const {
  std::vector<Team> teams;
  Query query(connection_, "SELECT id, name FROM teams ORDER BY id");
  while (query.next()) {
    Team& team = teams.emplace_back();
    query.read(team.id, team.name);
    team.members = members_of(connection_, team.id);
  }
  return teams;
}

std::optional<Team> SqliteAgentTable::find_team(TeamId id) const {
  Query query(connection_, "SELECT id, name FROM teams WHERE id = $1", id);
  if (!query.next()) return std::nullopt;
  Team team;
  query.read(team.id, team.name);
  team.members = members_of(connection_, id);
  return team;
}

AgentId SqliteAgentTable::insert(const Agent& agent) {
  execute(connection_,
          "INSERT INTO agents (email, name, role, all_inboxes, disabled_at, rights_changed_at_sequence, created_at, "
          "version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
          agent.email, agent.name, agent.role, agent.all_inboxes, agent.disabled_at, agent.rights_changed_at_sequence,
          agent.created_at, agent.version);
  const AgentId id{connection_.last_insert_id()};
  insert_inboxes(connection_, agent, id);
  return id;
}

void SqliteAgentTable::update(const Agent& agent) {
  execute(connection_,
          "UPDATE agents SET name = $2, role = $3, all_inboxes = $4, disabled_at = $5, "
          "rights_changed_at_sequence = $6, version = $7 WHERE id = $1",
          agent.id, agent.name, agent.role, agent.all_inboxes, agent.disabled_at, agent.rights_changed_at_sequence,
          agent.version);
  execute(connection_, "DELETE FROM agent_inboxes WHERE agent = $1", agent.id);
  insert_inboxes(connection_, agent, agent.id);
}

void SqliteAgentTable::add_token(AgentId agent, std::string_view hash, Timestamp at) {
  execute(connection_, "INSERT INTO agent_tokens (hash, agent, created_at) VALUES ($1, $2, $3)", Bytes{hash}, agent,
          at);
}

TeamId SqliteAgentTable::insert_team(const Team& team) {
  execute(connection_, "INSERT INTO teams (name) VALUES ($1)", team.name);
  const TeamId id{connection_.last_insert_id()};
  for (const auto member : team.members)
    execute(connection_, "INSERT INTO team_members (team, agent) VALUES ($1, $2)", id, member);
  return id;
}

}  // namespace inboxd::storage::sqlite
