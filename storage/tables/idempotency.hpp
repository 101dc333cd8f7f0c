// Outcomes of commands by their key, stored in the command's own transaction. Only successes; ids and enums only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::storage {

struct StoredOutcome {
  std::string fingerprint;  // SHA-256 over the command's name and arguments, 32 bytes
  std::string outcome;      // JSON: ids and a status

  friend bool operator==(const StoredOutcome&, const StoredOutcome&) = default;
};

class IdempotencyTable {
 public:
  virtual ~IdempotencyTable() = default;
  [[nodiscard]] virtual std::optional<StoredOutcome> find(AgentId principal, std::string_view key) const = 0;
  virtual void insert(AgentId principal, std::string_view key, const StoredOutcome& outcome, Timestamp at) = 0;
  virtual int remove_before(Timestamp before, int limit) = 0;
};

}  // namespace inboxd::storage
