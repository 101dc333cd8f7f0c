#include "daemon/visitors/session_token.hpp"

namespace inboxd::visitors {

std::string make_visitor_token(Random& random) { return "ibv_" + base64url(random_bytes(random, 32)); }

std::string make_visitor_handle(Random& random) {
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";  // 32: none is taken for another
  std::string handle = "visitor-";
  for (const unsigned char byte : random_bytes(random, 10)) handle += letters[byte % letters.size()];
  return handle;
}

std::string hash_visitor_token(std::string_view token) { return sha256(token); }

std::string SessionTokens::sign(const Session& session) const {
  return signer_.sign(std::to_string(session.visitor.value) + '.' + std::to_string(session.inbox.value) + '.' +
                      std::to_string(to_unix_ms(session.expires_at)));
}

std::optional<Session> SessionTokens::verify(std::string_view token, Timestamp now) const {
  auto body = signer_.verify(token);
  if (!body) return std::nullopt;
  const auto visitor = take_number(*body);
  const auto inbox = take_number(*body);
  const auto expires_ms = take_number(*body);
  if (!visitor || !inbox || !expires_ms || to_unix_ms(now) >= *expires_ms) return std::nullopt;
  return Session{VisitorId{*visitor}, InboxId{*inbox}, from_unix_ms(*expires_ms)};
}

}  // namespace inboxd::visitors
