// Tells apart the forms of WhatsApp's addresses. Called by validate.cpp and send.cpp.
#include "connectors/whatsapp/address.hpp"

#include <string_view>
#include <vector>

namespace inboxd::connectors::whatsapp {
namespace {

/// Longer than any name that somebody may type by mistake.
constexpr std::size_t group_bytes_min = 16;
constexpr std::size_t group_bytes_max = 256;

/// Digits of a telephone number as people write it ("+39 333 111-222"); empty for anything else.
std::string phone_digits(const std::string& text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9')
      digits += c;
    else if (!(c == '+' && i == 0) && c != ' ' && c != '-' && c != '(' && c != ')')
      return {};
  }
  return digits.size() >= 5 && digits.size() <= 15 ? digits : std::string();
}

/// "US.13491208655302741918": country code, dot, letters and digits.
bool is_user_id(const std::string& text) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() < 4 || text.size() > 140 || !upper(text[0]) || !upper(text[1]) || text[2] != '.') return false;
  for (const char c : text.substr(3))
    if (!upper(c) && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.') return false;
  return true;
}

/// Groups have opaque ids, base64 as far as Meta shows.
bool is_group_id(const std::string& text) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string allowed = std::string(letters) + "0123456789+/=_-";
  return text.size() >= group_bytes_min && text.size() <= group_bytes_max &&
         text.find_first_not_of(allowed) == std::string::npos && text.find_first_of(letters) != std::string::npos;
}

}  // namespace

std::optional<Address> address_of(const Outbound& reply) {
  if (auto digits = phone_digits(reply.thread); !digits.empty()) return Address{AddressKind::phone, std::move(digits)};
  const bool user = is_user_id(reply.thread);
  if (!user && is_group_id(reply.thread)) return Address{AddressKind::group, reply.thread};
  // After a change of number the old one stays an alias: two numbers are no address.
  std::vector<std::string> phones;
  for (const auto& alias : reply.aliases)
    if (auto digits = phone_digits(alias); !digits.empty()) phones.push_back(std::move(digits));
  if (phones.size() == 1) return Address{AddressKind::phone, phones.front()};
  if (user) return Address{AddressKind::user, reply.thread};
  return std::nullopt;
}

Result<InboundIdentity> recipient_from(const std::string& to) {
  InboundIdentity identity;
  // Nobody vouched for it yet: the first answer will.
  identity.verified = false;
  if (auto digits = phone_digits(to); !digits.empty() && digits.front() != '0') {
    identity.handle = digits;
    identity.phone = "+" + digits;
    return identity;
  }
  if (!is_user_id(to))
    return bad_request("to: a phone number in international form such as +39 333 1112223, or a WhatsApp user id");
  identity.handle = to;
  return identity;
}

void write_address(const Address& address, boost::json::object& message) {
  message["recipient_type"] = address.kind == AddressKind::group ? "group" : "individual";
  message[address.kind == AddressKind::user ? "recipient" : "to"] = address.value;
}

}  // namespace inboxd::connectors::whatsapp
