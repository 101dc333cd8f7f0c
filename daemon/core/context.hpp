// What every decision of the product works with: the tables of one transaction, the moment, and who acts. Made by the
// command bus's callers; decisions hold no state of their own and may run twice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "connectors/sdk/connector.hpp"
#include "schemas/types/event.hpp"
#include "storage/store.hpp"

namespace inboxd::core {

struct Context {
  storage::Tables& tables;
  Timestamp now;
  Actor actor;
  std::string_view cause;  // the command's name, as the log and the audit trail keep it
};

/// The connectors behind the configured inboxes, as of one moment. Immutable, so the writer thread may ask it.
class ChannelDirectory {
 public:
  virtual ~ChannelDirectory() = default;
  /// Null: the inbox is not configured any more, or disabled.
  [[nodiscard]] virtual const connectors::Connector* find(InboxId inbox) const = 0;
};

/// Old and new values of enums and ids, as the log keeps them: {"status":["open","resolved"]}.
class Changes {
 public:
  void add(std::string_view field, std::string_view before, std::string_view after);
  template <class IdType>
  void add(std::string_view field, std::optional<IdType> before, std::optional<IdType> after) {
    add_text(field, before ? std::optional(to_string(*before)) : std::nullopt,
             after ? std::optional(to_string(*after)) : std::nullopt);
  }
  void add_text(std::string_view field, const std::optional<std::string>& before,
                const std::optional<std::string>& after);
  void add(std::string_view field, const std::vector<std::string>& before, const std::vector<std::string>& after);
  void set(std::string_view field, boost::json::value value);
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  [[nodiscard]] std::string text() const;

 private:
  boost::json::object fields_;
};

/// Appends to the log; returns the sequence.
std::int64_t record(Context& context, const Conversation& conversation, EventType type, const Changes& changes = {});
std::int64_t record(Context& context, const Message& message, EventType type, const Changes& changes = {});
std::int64_t record(Context& context, const Contact& contact, std::optional<InboxId> inbox, EventType type,
                    const Changes& changes = {});
std::int64_t record(Context& context, const Inbox& inbox, const Changes& changes = {});
std::int64_t record(Context& context, const Agent& agent, EventType type, const Changes& changes = {});

/// Appends to the audit trail: who did what to which object.
void audit(Context& context, std::string_view object_type, std::int64_t object, const Changes& changes = {});

}  // namespace inboxd::core
