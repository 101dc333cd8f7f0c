// People, their inboxes, their tokens (only hashes are kept), and teams.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/agent.hpp"

namespace inboxd::storage {

class AgentTable {
 public:
  virtual ~AgentTable() = default;
  [[nodiscard]] virtual std::optional<Agent> find(AgentId id) const = 0;
  [[nodiscard]] virtual std::optional<Agent> find_by_email(std::string_view email) const = 0;
  /// `hash`: SHA-256 of the token, 32 bytes. Nothing for unknown or revoked tokens and disabled agents.
  [[nodiscard]] virtual std::optional<Agent> find_by_token(std::string_view hash) const = 0;
  [[nodiscard]] virtual std::vector<Agent> list() const = 0;
  [[nodiscard]] virtual std::vector<Team> teams() const = 0;
  [[nodiscard]] virtual std::optional<Team> find_team(TeamId id) const = 0;

  /// Assigns the id. The address must not exist yet.
  virtual AgentId insert(const Agent& agent) = 0;
  /// Name, role, inboxes, disabled_at, rights_changed_at_sequence; version as given.
  virtual void update(const Agent& agent) = 0;
  virtual void add_token(AgentId agent, std::string_view hash, Timestamp at) = 0;
  virtual TeamId insert_team(const Team& team) = 0;
};

}  // namespace inboxd::storage
