// Inboxes as the store knows them: kept in step with the config, their health and their pauses announced.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/context.hpp"

namespace inboxd::core {

/// What the config says of one inbox.
struct ConfiguredInbox {
  std::string name;
  std::string connector;
  std::string account;
  bool enabled = true;
};

/// Inserts new inboxes, enables and disables, keeps removed ones as disabled. Refuses another connector under an old
/// name. Returns the stored inboxes in the order given.
Result<std::vector<Inbox>> register_inboxes(Context& context, const std::vector<ConfiguredInbox>& configured);

/// Announces only what is different. Returns the sequence, 0 when nothing changed.
std::int64_t change_health(Context& context, InboxId inbox, const InboxHealth& health);

/// Stops outgoing messages until `resume_outbound`; also shown as unhealthy.
std::int64_t pause_outbound(Context& context, InboxId inbox, const std::string& code, const std::string& why);
std::int64_t resume_outbound(Context& context, InboxId inbox);

/// Learns the provider's id of the account.
void learn_account(Context& context, InboxId inbox, const std::string& account);

}  // namespace inboxd::core
