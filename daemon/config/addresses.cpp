// Address syntax, parsed with the C library and Boost.URL.
#include "daemon/config/addresses.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include <arpa/inet.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace inboxd::config {

namespace {

bool is_ip(int family, std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

/// A whole number in digits only.
template <class Number>
std::optional<Number> digits(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = digits<std::uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (!port) return std::nullopt;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_ip(AF_INET6, host)) return std::nullopt;
  } else if (!is_ip(AF_INET, host)) {
    return std::nullopt;
  }
  return Address{std::string(host), *port};
}

bool is_loopback(std::string_view host) { return (host.starts_with("127.") && is_ip(AF_INET, host)) || host == "::1"; }

bool is_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto host = text.substr(0, slash);
  const bool four = is_ip(AF_INET, host);
  if (!four && !is_ip(AF_INET6, host)) return false;
  if (slash == std::string_view::npos) return true;
  const auto bits = digits<unsigned>(text.substr(slash + 1));
  return bits && *bits <= (four ? 32U : 128U);
}

bool is_base_url(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  return url && url->has_authority() && !url->host().empty() && !url->has_userinfo() && !url->has_query() &&
         !url->has_fragment();
}

bool is_origin(std::string_view text) {
  if (!is_base_url(text)) return false;
  const auto url = boost::urls::parse_uri(text);
  return (url->scheme() == "http" || url->scheme() == "https") && (url->path().empty() || url->path() == "/");
}

std::string without_trailing_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace inboxd::config
