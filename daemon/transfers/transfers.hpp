// Outgoing requests as a port: the daemon's makes them with libcurl, tests script them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "connectors/sdk/transfer.hpp"

namespace inboxd::transfers {

/// Where an inbox's requests may go. A base URL lets through exactly its scheme, host and port, loopback and private
/// addresses included; any other host must resolve to global addresses only, over https.
struct Reach {
  std::vector<std::string> base_urls;
  std::vector<std::string> media_hosts;  // "*.example.com" for a suffix; empty: only base_urls
};

class Transfers {
 public:
  virtual ~Transfers() = default;
  /// Never blocks; `done` on the net thread, exactly once, also at shutdown (as lost or not_sent, whichever is true).
  virtual void perform(connectors::Transfer transfer, Reach reach, std::function<void(connectors::Exchange)> done) = 0;
};

}  // namespace inboxd::transfers
