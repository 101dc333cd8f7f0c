// People who work here, what they may see, and the principal that a token stands for.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd {

struct Agent {
  AgentId id;
  std::string email;
  std::string name;
  Role role = Role::agent;
  bool all_inboxes = false;
  std::vector<InboxId> inboxes;  // sorted; meaningless when all_inboxes
  std::optional<Timestamp> disabled_at;
  /// Sequence of the event of their last change: a stream cannot resume from before it.
  std::int64_t rights_changed_at_sequence = 0;
  Timestamp created_at;
  std::int64_t version = 1;

  [[nodiscard]] bool sees(InboxId inbox) const {
    return all_inboxes || std::binary_search(inboxes.begin(), inboxes.end(), inbox);
  }
  friend bool operator==(const Agent&, const Agent&) = default;
};

struct Team {
  TeamId id;
  std::string name;
  std::vector<AgentId> members;

  friend bool operator==(const Team&, const Team&) = default;
};

}  // namespace inboxd
