// Logins by a grant that changes with its use: OAuth 2.0 where each answer of the token endpoint may bring another
// refresh token in place of the one that asked (RFC 6749 6, RFC 9700 4.14). The host makes one such request at a time
// and stores what changed before the answer is used; everybody who waits meanwhile gets the same answer.
#pragma once

#include <optional>
#include <string>

#include "connectors/sdk/transfer.hpp"

namespace inboxd::connectors {

class RefreshesGrant {
 public:
  virtual ~RefreshesGrant() = default;
  /// What asks for an access token, with the grant as of `state`: what the host stored last, empty at first. Without a
  /// state it equals the transfer that this channel's own steps ask for, by which the host knows it. Nothing: this
  /// inbox logs in otherwise.
  [[nodiscard]] virtual std::optional<Transfer> refresh_request(const std::string& state) const = 0;
  /// The state to be stored before `answer` is used; nothing where it changes nothing. It holds a secret: the host
  /// seals it.
  [[nodiscard]] virtual std::optional<std::string> refreshed(const std::string& state,
                                                             const Exchange& answer) const = 0;
};

}  // namespace inboxd::connectors
