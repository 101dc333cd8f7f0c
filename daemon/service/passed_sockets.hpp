// Listening sockets that the service manager opened before it started us (socket activation, sd_listen_fds(3)): it
// keeps them open across a restart, so that connections wait instead of being refused. Called by app at the start.
#pragma once

#include <vector>

#include "schemas/types/result.hpp"

namespace inboxd::service {

/// Open descriptors, the caller's to close.
struct PassedSockets {
  std::vector<int> api;      // FileDescriptorName=api, also inboxd.socket, which is the default of that unit
  std::vector<int> metrics;  // FileDescriptorName=metrics
};

/// Refused when a socket has another name. Takes the variables out of the environment: call it once.
Result<PassedSockets> take_passed_sockets();

}  // namespace inboxd::service
