// Configured inboxes, their health, and the opaque states that a connector keeps (a polling offset, a cursor for each
// connection that is kept open).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/inbox.hpp"

namespace inboxd::storage {

class InboxTable {
 public:
  virtual ~InboxTable() = default;
  [[nodiscard]] virtual std::optional<Inbox> find(InboxId id) const = 0;
  [[nodiscard]] virtual std::optional<Inbox> find_by_name(std::string_view name) const = 0;
  [[nodiscard]] virtual std::vector<Inbox> list() const = 0;
  [[nodiscard]] virtual std::string connector_state(InboxId id) const = 0;
  /// Empty at first.
  [[nodiscard]] virtual std::string stream_state(InboxId id, std::string_view stream) const = 0;

  virtual InboxId insert(const Inbox& inbox) = 0;
  /// Everything but name and connector, which never change.
  virtual void update(const Inbox& inbox) = 0;
  virtual void set_connector_state(InboxId id, std::string_view state) = 0;
  virtual void set_stream_state(InboxId id, std::string_view stream, std::string_view state) = 0;
};

}  // namespace inboxd::storage
