// Whether a host that the config names can be reached, step by step: name, connection, TLS, answer. For the command
// line's `doctor`, in a process of its own: it blocks. Sends no token and no path but the one it is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schemas/types/time.hpp"

namespace inboxd::transfers {

enum class ProbeStep { name, connection, tls, answer, done };

struct ProbeOutcome {
  ProbeStep reached = ProbeStep::name;  // what failed, or done
  std::string detail;                   // why, unless done
  int status = 0;
  std::optional<Timestamp> certificate_ends_at;  // of an https answer
  std::optional<Timestamp> server_time;          // its Date header
  std::string instance;                          // its Inboxd-Instance header
};

/// A GET of an http or https URL; of any other scheme the connection alone. The body is read and thrown away.
ProbeOutcome probe(const std::string& url, Milliseconds timeout);

}  // namespace inboxd::transfers
