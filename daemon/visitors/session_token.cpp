#include "daemon/visitors/session_token.hpp"

#include <array>
#include <charconv>

#include <sodium.h>

namespace inboxd::visitors {
namespace {

constexpr std::size_t token_bytes_max = 200;

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

/// The number up to the next dot, which is taken as well; nothing for anything else.
std::optional<std::int64_t> take_number(std::string_view& text) {
  const auto dot = text.find('.');
  const auto digits = text.substr(0, dot);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  return number;
}

}  // namespace

std::string make_visitor_token(Random& random) { return "ibv_" + base64url(random_bytes(random, 32)); }

std::string make_visitor_handle(Random& random) {
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";  // 32: none is taken for another
  std::string handle = "visitor-";
  for (const unsigned char byte : random_bytes(random, 10)) handle += letters[byte % letters.size()];
  return handle;
}

std::string hash_visitor_token(std::string_view token) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(token.data()), token.size());
  return hash;
}

SessionTokens::SessionTokens(Random& random) : key_(random_bytes(random, crypto_auth_hmacsha256_KEYBYTES)) {}

std::string SessionTokens::mac(std::string_view text) const {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> out{};
  crypto_auth_hmacsha256(out.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         reinterpret_cast<const unsigned char*>(key_.data()));
  return base64url({reinterpret_cast<const char*>(out.data()), out.size()});
}

std::string SessionTokens::sign(const Session& session) const {
  const std::string body = std::to_string(session.visitor.value) + '.' + std::to_string(session.inbox.value) + '.' +
                           std::to_string(to_unix_ms(session.expires_at));
  return body + '.' + mac(body);
}

std::optional<Session> SessionTokens::verify(std::string_view token, Timestamp now) const {
  const auto last = token.rfind('.');
  if (last == std::string_view::npos || token.size() > token_bytes_max) return std::nullopt;
  auto body = token.substr(0, last);
  const auto given = token.substr(last + 1);
  const auto expected = mac(body);
  if (given.size() != expected.size() || sodium_memcmp(given.data(), expected.data(), given.size()) != 0)
    return std::nullopt;
  const auto visitor = take_number(body);
  const auto inbox = take_number(body);
  const auto expires_ms = take_number(body);
  if (!visitor || !inbox || !expires_ms || to_unix_ms(now) >= *expires_ms) return std::nullopt;
  return Session{VisitorId{*visitor}, InboxId{*inbox}, from_unix_ms(*expires_ms)};
}

}  // namespace inboxd::visitors
