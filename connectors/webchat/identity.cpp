#include "connectors/webchat/identity.hpp"

#include <algorithm>
#include <optional>

#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/signature.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::connectors::webchat {
namespace {

Error refused(const std::string& why) { return {ErrorCode::unauthenticated, "the identity is not proved: " + why, {}}; }

int base64url_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  if (c == '_') return 63;
  return -1;
}

/// RFC 4648, section 5, without padding, as RFC 7515 wants it.
std::optional<std::string> decode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = base64url_value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6U) | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
  }
  return bytes;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

struct TokenParts {
  std::string_view signed_part;
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
};

std::optional<TokenParts> split(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (token.size() > token_bytes_max || first == std::string_view::npos || first == last) return std::nullopt;
  const auto claims = token.substr(first + 1, last - first - 1);
  if (claims.find('.') != std::string_view::npos) return std::nullopt;
  return TokenParts{token.substr(0, last), token.substr(0, first), claims, token.substr(last + 1)};
}

std::optional<boost::json::value> decode_json(std::string_view part) {
  const auto bytes = decode(part);
  if (!bytes) return std::nullopt;
  auto json = parse_json(*bytes);
  if (!json || !json->is_object()) return std::nullopt;
  return json;
}

/// A NumericDate is a number, perhaps with a fraction (RFC 7519, section 2).
std::optional<Timestamp> time_of(const boost::json::value& claims, std::string_view name) {
  constexpr double latest = 253402300799.0;  // the end of the year 9999
  const auto& value = member(claims, name);
  if (!value.is_number()) return std::nullopt;
  const double seconds = value.to_number<double>();
  if (!(seconds >= 0 && seconds <= latest)) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(seconds * 1000));
}

bool for_inbox(const boost::json::value& claims, std::string_view inbox_name) {
  const auto& audience = member(claims, "aud");
  const auto is_it = [&](const boost::json::value& value) {
    return value.is_string() && std::string_view(value.get_string()) == inbox_name;
  };
  if (!audience.is_array()) return is_it(audience);
  return std::any_of(audience.get_array().begin(), audience.get_array().end(), is_it);
}

bool fit_for_a_subject(const std::string& subject) {
  return !subject.empty() && subject.size() <= subject_bytes_max &&
         std::none_of(subject.begin(), subject.end(), [](unsigned char c) { return c < ' ' || c == 127; });
}

Result<void> check_times(const boost::json::value& claims, Timestamp now) {
  const auto expires_at = time_of(claims, "exp");
  const auto issued_at = time_of(claims, "iat");
  if (!expires_at || !issued_at) return refused("the token needs `exp` and `iat`");
  if (*expires_at <= now) return refused("the token has expired; make a new one");
  if (*issued_at > now + clock_difference)
    return refused("the token's `iat` is in the future; set that server's clock");
  if (*expires_at - *issued_at > token_lives_max || *expires_at > now + token_lives_max + clock_difference)
    return refused("the token lives longer than an hour; let `exp` be at most 3600 seconds after `iat`");
  if (has(claims, "nbf")) {
    const auto begins_at = time_of(claims, "nbf");
    if (!begins_at || *begins_at > now + clock_difference) return refused("the token is not valid yet");
  }
  return {};
}

}  // namespace

Result<VouchedPerson> check_token(const std::string& secret, const std::string& token, std::string_view inbox_name,
                                  Timestamp now) {
  if (secret.empty()) return refused("this inbox has no `identity_secret`");
  const auto parts = split(token);
  const auto header = parts ? decode_json(parts->header) : std::nullopt;
  const auto signature = parts ? decode(parts->signature) : std::nullopt;
  if (!parts || !header || !signature) return refused("this is no JSON Web Token");
  // RFC 8725, section 3.1: the one algorithm that we expect, whatever the token would like.
  if (text_of(*header, "alg") != "HS256" || has(*header, "crit")) return refused("the token must be signed with HS256");
  if (!equal_in_constant_time(hex(*signature), hmac_sha256_hex(secret, parts->signed_part)))
    return refused("the signature does not fit `identity_secret`");
  const auto claims = decode_json(parts->claims);
  if (!claims) return refused("the token's claims are no JSON object");
  if (auto fine = check_times(*claims, now); !fine) return fine.error();
  if (!for_inbox(*claims, inbox_name))
    return refused("the token's `aud` must be the inbox, \"" + std::string(inbox_name) + "\"");
  VouchedPerson person{text_of(*claims, "sub"), std::string(cut_utf8(text_of(*claims, "name"), subject_bytes_max)),
                       std::string(cut_utf8(text_of(*claims, "email"), subject_bytes_max))};
  if (!fit_for_a_subject(person.subject)) return refused("the token's `sub` takes a text of 1 to 200 bytes");
  return person;
}

Result<VouchedPerson> check_hash(const std::string& secret, const std::string& user_id, const std::string& user_hash) {
  if (secret.empty()) return refused("this inbox has no `identity_secret`");
  if (!fit_for_a_subject(user_id)) return refused("`user_id` takes a text of 1 to 200 bytes");
  if (!equal_in_constant_time(user_hash, hmac_sha256_hex(secret, user_id)))
    return refused("`user_hash` does not fit `identity_secret`");
  return VouchedPerson{user_id, "", ""};
}

}  // namespace inboxd::connectors::webchat
