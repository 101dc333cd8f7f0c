// The two tokens of a visitor: a long-lived one, random, of which the store keeps the hash; and a signed one for a
// session, which says for a while which visitor of which inbox its bearer is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/clock/signing.hpp"
#include "schemas/types/visitor.hpp"

namespace inboxd::visitors {

inline constexpr std::chrono::minutes session_lives{30};

/// "ibv_" and 43 URL-safe characters (256 bits).
std::string make_visitor_token(Random& random);
/// "visitor-" and 10 characters: how the desk knows somebody nameless.
std::string make_visitor_handle(Random& random);
/// SHA-256, 32 bytes: what the store knows of a token.
std::string hash_visitor_token(std::string_view token);

struct Session {
  VisitorId visitor;
  InboxId inbox;
  Timestamp expires_at;
};

/// The key lives as long as the process: after a restart a client opens a new session with its visitor token.
class SessionTokens {
 public:
  explicit SessionTokens(Random& random) : signer_(random) {}
  [[nodiscard]] std::string sign(const Session& session) const;
  /// Nothing for what we did not sign, or what has expired.
  [[nodiscard]] std::optional<Session> verify(std::string_view token, Timestamp now) const;

 private:
  Signer signer_;
};

}  // namespace inboxd::visitors
