// A signature is the first 16 hexadecimal digits (64 bits) of HMAC-SHA256 over what it is for and what it names.
#include "connectors/email/token.hpp"

#include <algorithm>
#include <cctype>

#include "connectors/sdk/signature.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t signature_digits = 16;
constexpr std::size_t number_digits_max = 19;
constexpr std::string_view conversation_prefix = "cv_";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return out;
}

std::string sign(std::string_view key, std::string_view purpose, std::string_view named) {
  return hmac_sha256_hex(key, std::string(purpose) + '\n' + std::string(named)).substr(0, signature_digits);
}

/// "NAMED.SIGNATURE" with a signature that holds gives NAMED. Mail programs may change the letters' case.
std::optional<std::string> checked(std::string_view key, std::string_view purpose, std::string_view signed_text) {
  const std::string text = lower(signed_text);
  const auto dot = text.rfind('.');
  if (key.empty() || dot == std::string::npos || dot == 0) return std::nullopt;
  std::string named = text.substr(0, dot);
  if (!equal_in_constant_time(sign(key, purpose, named), text.substr(dot + 1))) return std::nullopt;
  return named;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= number_digits_max &&
         std::all_of(text.begin(), text.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
}

}  // namespace

std::string plus_address(std::string_view address, std::string_view tag) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || tag.empty()) return std::string(address);
  return std::string(address.substr(0, at)) + '+' + std::string(tag) + std::string(address.substr(at));
}

std::optional<std::string> plus_tag(std::string_view base, std::string_view address) {
  const std::string own = lower(base);
  const std::string given = lower(address);
  const auto at = own.rfind('@');
  if (at == std::string::npos || given.size() <= own.size() + 1) return std::nullopt;
  if (!given.starts_with(own.substr(0, at) + '+') || !given.ends_with(own.substr(at))) return std::nullopt;
  return given.substr(at + 1, given.size() - own.size() - 1);
}

std::string conversation_tag(std::string_view key, std::string_view conversation) {
  if (key.empty() || !conversation.starts_with(conversation_prefix)) return {};
  const std::string named = 'c' + std::string(conversation.substr(conversation_prefix.size()));
  return named + '.' + sign(key, "conversation", named);
}

std::optional<std::string> conversation_of_tag(std::string_view key, std::string_view tag) {
  const auto named = checked(key, "conversation", tag);
  if (!named || named->front() != 'c' || !is_number(std::string_view(*named).substr(1))) return std::nullopt;
  return std::string(conversation_prefix) + named->substr(1);
}

std::string bounce_tag(std::string_view key, const BounceTag& bounce) {
  if (key.empty()) return {};
  const std::string named = 'b' + lower(bounce.stable_id) + '-' + std::to_string(bounce.recipient);
  return named + '.' + sign(key, "bounce", named);
}

std::optional<BounceTag> bounce_of_tag(std::string_view key, std::string_view tag) {
  const auto named = checked(key, "bounce", tag);
  if (!named || named->front() != 'b') return std::nullopt;
  const auto dash = named->rfind('-');
  constexpr std::size_t recipient_digits_max = 6;
  if (dash == std::string::npos || named->size() - dash - 1 > recipient_digits_max ||
      !is_number(std::string_view(*named).substr(dash + 1)))
    return std::nullopt;
  return BounceTag{named->substr(1, dash - 1), std::stoi(named->substr(dash + 1))};
}

std::string message_id(std::string_view key, std::string_view stable_id, std::string_view domain) {
  const std::string named = lower(stable_id);
  return '<' + named + '.' + sign(key, "message", named) + '@' + std::string(domain) + '>';
}

std::optional<std::string> stable_id_of(std::string_view key, std::string_view message_id) {
  if (message_id.starts_with('<') && message_id.ends_with('>'))
    message_id = message_id.substr(1, message_id.size() - 2);
  const auto at = message_id.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  return checked(key, "message", message_id.substr(0, at));
}

}  // namespace inboxd::connectors::email
