#include "daemon/http/auth/token.hpp"

#include "daemon/clock/signing.hpp"

namespace inboxd::http {

std::string make_token(Random& random) { return "ibx_" + base64url(random_bytes(random, 32)); }

std::string hash_token(std::string_view token) { return sha256(token); }

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() <= scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if ((authorization[i] | 0x20) != scheme[i] && authorization[i] != scheme[i]) return {};
  return authorization.substr(scheme.size());
}

std::string MediaLinks::sign(AttachmentId attachment, Timestamp expires_at) const {
  return signer_.sign(std::to_string(attachment.value) + '.' + std::to_string(to_unix_ms(expires_at)));
}

std::optional<AttachmentId> MediaLinks::verify(std::string_view token, Timestamp now) const {
  auto body = signer_.verify(token);
  if (!body) return std::nullopt;
  const auto attachment = take_number(*body);
  const auto expires_ms = take_number(*body);
  if (!attachment || !expires_ms || to_unix_ms(now) >= *expires_ms) return std::nullopt;
  return AttachmentId{*attachment};
}

}  // namespace inboxd::http
