#include "daemon/clock/signing.hpp"

#include <array>
#include <charconv>

#include <sodium.h>

namespace inboxd {
namespace {

constexpr std::size_t signed_bytes_max = 200;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(text.size() - 1);  // the terminating zero
  return text;
}

std::string random_bytes(Random& random, std::size_t count) {
  std::string bytes(count, '\0');
  random.fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return bytes;
}

std::string sha256(std::string_view bytes) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()), bytes_of(bytes), bytes.size());
  return hash;
}

Signer::Signer(Random& random) : key_(random_bytes(random, crypto_auth_hmacsha256_KEYBYTES)) {}

std::string Signer::mac(std::string_view text) const {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> out{};
  crypto_auth_hmacsha256(out.data(), bytes_of(text), text.size(), bytes_of(key_));
  return base64url({reinterpret_cast<const char*>(out.data()), out.size()});
}

std::string Signer::sign(std::string_view text) const { return std::string(text) + '.' + mac(text); }

std::optional<std::string_view> Signer::verify(std::string_view signed_text) const {
  const auto last = signed_text.rfind('.');
  if (last == std::string_view::npos || signed_text.size() > signed_bytes_max) return std::nullopt;
  const auto text = signed_text.substr(0, last);
  const auto given = signed_text.substr(last + 1);
  const auto expected = mac(text);
  if (given.size() != expected.size() || sodium_memcmp(given.data(), expected.data(), given.size()) != 0)
    return std::nullopt;
  return text;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  const auto dot = text.find('.');
  const auto digits = text.substr(0, dot);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  return number;
}

}  // namespace inboxd
