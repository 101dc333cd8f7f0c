// All addresses are compared as IPv6, IPv4 mapped into it, as dual-stack listeners show them in both forms.
#include "daemon/http/trusted_proxies.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include <boost/asio/ip/address.hpp>

#include "daemon/http/header_parameters.hpp"

namespace inboxd::http {

namespace {
namespace ip = boost::asio::ip;

std::optional<std::string> address_bytes(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  const ip::address_v6 wide = address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
  const auto bytes = wide.to_bytes();
  return std::string(bytes.begin(), bytes.end());
}

bool same_front(std::string_view a, std::string_view b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (a.substr(0, whole) != b.substr(0, whole)) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFFU << (8 - bits % 8));
  return (static_cast<unsigned char>(a[whole]) & mask) == (static_cast<unsigned char>(b[whole]) & mask);
}
}  // namespace

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies parsed;
  for (const std::string& text : networks) {
    if (text == "unix") {
      parsed.unix_ = true;
      continue;
    }
    const std::size_t slash = text.find('/');
    const auto bytes = address_bytes(std::string_view(text).substr(0, slash));
    const bool narrow = text.find(':') == std::string::npos;
    unsigned bits = narrow ? 32 : 128;
    bool good = bytes.has_value();
    if (good && slash != std::string::npos) {
      const char* const end = text.data() + text.size();
      unsigned given = 0;
      const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, given);
      good = error == std::errc() && rest == end && given <= bits;
      bits = given;
    }
    if (!good) return bad_request("'" + text + "' is neither an address nor a network such as 10.0.0.0/8.");
    parsed.networks_.push_back({*bytes, narrow ? bits + 96 : bits});
  }
  return parsed;
}

bool TrustedProxies::contains(std::string_view address) const {
  if (address == "unix") return unix_;
  const auto bytes = address_bytes(address);
  if (!bytes) return false;
  for (const Network& network : networks_)
    if (same_front(*bytes, network.bytes, network.bits)) return true;
  return false;
}

std::string TrustedProxies::client(std::string_view peer, std::string_view forwarded_for) const {
  std::string_view nearest = peer;
  while (!forwarded_for.empty() && contains(nearest)) {
    const std::size_t comma = forwarded_for.rfind(',');
    const std::string_view last = trim_spaces(forwarded_for.substr(comma == std::string_view::npos ? 0 : comma + 1));
    if (!address_bytes(last)) break;  // not an address: whatever stands before it cannot be believed either
    nearest = last;
    forwarded_for = comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return std::string(nearest);
}

}  // namespace inboxd::http
