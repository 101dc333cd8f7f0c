// Who did what, when: ids and enums only, so that erasing a person never rewrites it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schemas/types/event.hpp"

namespace inboxd::storage {

struct AuditRow {
  std::int64_t id = 0;
  Timestamp at;
  Actor actor;
  std::string action;       // the command's name, or "user.add", "outbox.release"
  std::string object_type;  // "conversation", "message", "contact", "agent", "inbox", "outbox"
  std::int64_t object = 0;
  std::string changes;  // JSON as in Event::changes

  friend bool operator==(const AuditRow&, const AuditRow&) = default;
};

class AuditTable {
 public:
  virtual ~AuditTable() = default;
  [[nodiscard]] virtual std::vector<AuditRow> list(std::int64_t before,
                                                   int limit) const = 0;  // newest first; 0: from the end
  virtual void insert(const AuditRow& row) = 0;
};

}  // namespace inboxd::storage
