#include "daemon/http/auth/token.hpp"

#include <sodium.h>

#include <array>
#include <charconv>

namespace inboxd::http {
namespace {

std::string base64url(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(text.size() - 1);  // the terminating zero
  return text;
}

std::string random_bytes(Random& random, std::size_t count) {
  std::string bytes(count, '\0');
  random.fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return bytes;
}

std::string mac(const std::string& key, std::string_view text) {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> out{};
  crypto_auth_hmacsha256(out.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         reinterpret_cast<const unsigned char*>(key.data()));
  return base64url({reinterpret_cast<const char*>(out.data()), out.size()});
}

}  // namespace

std::string make_token(Random& random) { return "ibx_" + base64url(random_bytes(random, 32)); }

std::string sha256(std::string_view bytes) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return hash;
}

std::string hash_token(std::string_view token) { return sha256(token); }

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() <= scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if ((authorization[i] | 0x20) != scheme[i] && authorization[i] != scheme[i]) return {};
  return authorization.substr(scheme.size());
}

MediaLinks::MediaLinks(Random& random) : key_(random_bytes(random, crypto_auth_hmacsha256_KEYBYTES)) {}

std::string MediaLinks::sign(AttachmentId attachment, Timestamp expires_at) const {
  const std::string body = std::to_string(attachment.value) + '.' + std::to_string(to_unix_ms(expires_at));
  return body + '.' + mac(key_, body);
}

std::optional<AttachmentId> MediaLinks::verify(std::string_view token, Timestamp now) const {
  const auto last = token.rfind('.');
  const auto first = token.find('.');
  if (last == std::string_view::npos || first == last || token.size() > 200) return std::nullopt;
  const auto body = token.substr(0, last);
  const auto expected = mac(key_, body);
  const auto given = token.substr(last + 1);
  if (given.size() != expected.size() || sodium_memcmp(given.data(), expected.data(), given.size()) != 0)
    return std::nullopt;
  std::int64_t id = 0;
  std::int64_t expires_ms = 0;
  std::from_chars(body.data(), body.data() + first, id);
  std::from_chars(body.data() + first + 1, body.data() + body.size(), expires_ms);
  if (to_unix_ms(now) >= expires_ms) return std::nullopt;
  return AttachmentId{id};
}

}  // namespace inboxd::http
