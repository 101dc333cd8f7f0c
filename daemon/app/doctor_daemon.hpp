// What `doctor` lets the running daemon look at, over its admin socket: inboxes whose grant changes with its use, which
// the daemon keeps, and those whose secrets the daemon alone can read. Blocks until it has told all.
#pragma once

#include <string>
#include <vector>

#include "connectors/sdk/examination.hpp"
#include "daemon/app/finding.hpp"
#include "daemon/transfers/admin_client.hpp"

namespace inboxd::app {

/// One after the other, each finding told as it is found.
void examine_by_daemon(const transfers::AdminClient& daemon, const std::vector<std::string>& inboxes,
                       connectors::SelfMessages messages, const Tell& tell);

}  // namespace inboxd::app
