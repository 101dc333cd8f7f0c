// Bearer tokens and signed media links: made from the system's randomness, kept only as hashes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/clock/signing.hpp"
#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::http {

/// "ibx_" and 43 URL-safe characters (256 bits).
std::string make_token(Random& random);
/// SHA-256, 32 bytes: what the store knows of a token.
std::string hash_token(std::string_view token);
/// The token of "Authorization: Bearer …"; empty for anything else.
std::string_view bearer_token(std::string_view authorization);

/// Links to one attachment that anybody may follow until they expire. The key lives as long as the process: a client
/// asks for a fresh link after a restart.
class MediaLinks {
 public:
  explicit MediaLinks(Random& random) : signer_(random) {}
  [[nodiscard]] std::string sign(AttachmentId attachment, Timestamp expires_at) const;
  [[nodiscard]] std::optional<AttachmentId> verify(std::string_view token, Timestamp now) const;

 private:
  Signer signer_;
};

}  // namespace inboxd::http
