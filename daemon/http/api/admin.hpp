// What the command line asks a running daemon over its admin socket: users, tokens, the outbox, the log, status. Who
// may open that socket is the operator; the same routes run in the command's own process when no daemon does.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/clock/clock.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/readers.hpp"
#include "daemon/core/context.hpp"
#include "daemon/http/router.hpp"

namespace inboxd::http {

struct AdminSurroundings {
  command_bus::Bus& bus;
  command_bus::Readers& readers;
  Random& random;
  std::function<std::shared_ptr<const core::ChannelDirectory>()> channels;
  std::string epoch;
  /// After a change of an agent's rights is committed.
  std::function<void(AgentId, bool disabled)> rights_changed;
  /// JSON members for `status` that only the running process knows: ,"uptime_ms":…; empty: nothing runs.
  std::function<std::string()> process_status;
};

void add_admin_routes(Router& router, const AdminSurroundings& surroundings);

}  // namespace inboxd::http
