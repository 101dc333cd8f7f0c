// Who a visitor is, vouched for by the company's own system: a JSON Web Token (RFC 7519) under HS256, or a keyed hash
// of the user's id. Called by the connector; the secret stays with the company's server and with us.
#pragma once

#include <string>
#include <string_view>

#include "connectors/sdk/visitors.hpp"

namespace inboxd::connectors::webchat {

inline constexpr std::chrono::hours token_lives_max{1};      // a longer one could be used by whoever finds it
inline constexpr std::chrono::seconds clock_difference{60};  // between that system's clock and ours
inline constexpr std::size_t token_bytes_max = 8192;
inline constexpr std::size_t subject_bytes_max = 200;

/// Claims: sub, exp, iat, aud (the inbox's name); name and email where there are any.
Result<VouchedPerson> check_token(const std::string& secret, const std::string& token, std::string_view inbox_name,
                                  Timestamp now);

/// `user_hash`: lowercase hex of HMAC-SHA256(secret, user_id).
Result<VouchedPerson> check_hash(const std::string& secret, const std::string& user_id, const std::string& user_hash);

}  // namespace inboxd::connectors::webchat
