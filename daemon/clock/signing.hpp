// Text that nobody guesses, and text that nobody else can have signed: what tokens and links are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/clock/random.hpp"

namespace inboxd {

/// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes);
std::string random_bytes(Random& random, std::size_t count);
/// 32 bytes.
std::string sha256(std::string_view bytes);

/// Signs short text with HMAC-SHA-256 under a key of its own, which is kept nowhere else: what it signed is worth
/// nothing once it is gone.
class Signer {
 public:
  explicit Signer(Random& random);
  /// `text`, a dot and 43 URL-safe characters.
  [[nodiscard]] std::string sign(std::string_view text) const;
  /// The text, of what this has signed; nothing for anything else, and for what is longer than 200 bytes.
  [[nodiscard]] std::optional<std::string_view> verify(std::string_view signed_text) const;

 private:
  [[nodiscard]] std::string mac(std::string_view text) const;

  std::string key_;
};

/// The number before the next dot or the end, both taken from `text`; nothing for anything else.
std::optional<std::int64_t> take_number(std::string_view& text);

}  // namespace inboxd
