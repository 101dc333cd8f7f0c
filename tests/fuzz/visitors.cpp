// What web chat's visitors send besides frames: tokens that vouch for them, sessions, files whose bytes say what they
// are.
#include <algorithm>

#include "connectors/sdk/signature.hpp"
#include "connectors/webchat/identity.hpp"
#include "daemon/visitors/content_type.hpp"
#include "daemon/visitors/session_token.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/seeded_random.hpp"

namespace inboxd::fuzz {
namespace {

constexpr auto now = std::chrono::milliseconds{1'763'800'000'000};
const std::string secret = "a secret of the company's own server";

/// base64url without padding (RFC 4648, section 5).
std::string base64url(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) text += letters[(bits >> static_cast<unsigned>(held - 6)) & 63U];
  }
  if (held > 0) text += letters[(bits << static_cast<unsigned>(6 - held)) & 63U];
  return text;
}

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// A token over any claims, with the right signature: past it stands the parser.
std::string signed_token(std::string_view claims) {
  const auto text = base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' + base64url(claims);
  return text + '.' + base64url(bytes_of_hex(connectors::hmac_sha256_hex(secret, text)));
}

}  // namespace

void visitor_token(std::string_view bytes) {
  const Timestamp at{now};
  promise(!connectors::webchat::check_token(secret, std::string(bytes), "website", at).ok(), "nobody guesses a token");
  (void)connectors::webchat::check_token(secret, signed_token(bytes), "website", at);
  promise(!connectors::webchat::check_hash(secret, "anna", std::string(bytes)).ok(), "nobody guesses a hash");
  static const visitors::SessionTokens sessions = [] {
    SeededRandom random(1);
    return visitors::SessionTokens(random);
  }();
  promise(!sessions.verify(bytes, at), "nobody guesses a session");
}

void content_type(std::string_view bytes) {
  const auto type = visitors::sniff_content_type(bytes);
  promise(type.find('/') != std::string::npos, "bytes have a type");
  if (bytes.starts_with("<!DOCTYPE html")) promise(type != "text/plain", "no page is taken for plain text");
}

}  // namespace inboxd::fuzz
