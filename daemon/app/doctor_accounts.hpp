// What `doctor` asks with an inbox's own login. Blocks; the checks are those of the daemon, and what goes beyond them
// is the channel's own examination. Sends tokens to base URLs only, and messages only where it is asked to.
#pragma once

#include <string>
#include <vector>

#include "connectors/sdk/examination.hpp"
#include "daemon/app/finding.hpp"
#include "daemon/config/config.hpp"

namespace inboxd::app {

/// Every enabled inbox, one after the other; `with_secrets` has them resolved. Returns those that only the daemon may
/// ask, because their grant changes with its use.
std::vector<std::string> examine_accounts(const config::Config& with_secrets, connectors::SelfMessages messages,
                                          const Tell& tell);

/// One line of what was found about the inbox.
void tell_examined(const std::string& inbox, const connectors::Examined& examined, const Tell& tell);

}  // namespace inboxd::app
