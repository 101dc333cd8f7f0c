// People, their inboxes and tokens, and teams, in SQLite. Made by SqliteTables; all statements stand in the .cpp beside
// it.
#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/tables/agents.hpp"

namespace inboxd::storage::sqlite {

class SqliteAgentTable final : public AgentTable {
 public:
  explicit SqliteAgentTable(Connection& connection) : connection_(connection) {}

  [[nodiscard]] std::optional<Agent> find(AgentId id) const override;
  [[nodiscard]] std::optional<Agent> find_by_email(std::string_view email) const override;
  [[nodiscard]] std::optional<Agent> find_by_token(std::string_view hash) const override;
  [[nodiscard]] std::vector<Agent> list() const override;
  [[nodiscard]] std::vector<Team> teams() const override;
  [[nodiscard]] std::optional<Team> find_team(TeamId id) const override;

  AgentId insert(const Agent& agent) override;
  void update(const Agent& agent) override;
  void add_token(AgentId agent, std::string_view hash, Timestamp at) override;
  TeamId insert_team(const Team& team) override;

 private:
  Connection& connection_;
};

}  // namespace inboxd::storage::sqlite
