// The registries behind daemon/transfers/addresses.hpp: IANA's IPv4 and IPv6 Special-Purpose Address Registries
// (RFC 6890 and its updates) and multicast. For IPv6 only 2000::/3 is global unicast today, minus its special blocks.
#include "daemon/transfers/addresses.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace inboxd::transfers {
namespace {

struct Ipv4Block {
  std::uint32_t network;
  unsigned prefix;
};

constexpr std::uint32_t ipv4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

constexpr std::array<Ipv4Block, 18> ipv4_blocked{{
    {ipv4(0, 0, 0, 0), 8},         // this network, RFC 791
    {ipv4(10, 0, 0, 0), 8},        // private, RFC 1918
    {ipv4(100, 64, 0, 0), 10},     // carrier-grade NAT, RFC 6598
    {ipv4(127, 0, 0, 0), 8},       // loopback, RFC 1122
    {ipv4(169, 254, 0, 0), 16},    // link local and clouds' metadata, RFC 3927
    {ipv4(168, 63, 129, 16), 32},  // a cloud's host service that answers on a public-looking address
    {ipv4(172, 16, 0, 0), 12},     // private, RFC 1918
    {ipv4(192, 0, 0, 0), 24},      // protocol assignments, RFC 6890
    {ipv4(192, 0, 2, 0), 24},      // documentation, RFC 5737
    {ipv4(192, 31, 196, 0), 24},   // AS112, RFC 7535
    {ipv4(192, 52, 193, 0), 24},   // automatic multicast tunnelling, RFC 7450
    {ipv4(192, 88, 99, 0), 24},    // 6to4 relays, RFC 7526
    {ipv4(192, 168, 0, 0), 16},    // private, RFC 1918
    {ipv4(192, 175, 48, 0), 24},   // AS112, RFC 7534
    {ipv4(198, 18, 0, 0), 15},     // benchmarks, RFC 2544
    {ipv4(198, 51, 100, 0), 24},   // documentation, RFC 5737
    {ipv4(203, 0, 113, 0), 24},    // documentation, RFC 5737
    {ipv4(224, 0, 0, 0), 3},       // multicast (RFC 5771), reserved (RFC 1112), limited broadcast
}};

struct Ipv6Block {
  std::array<std::uint8_t, 6> network;
  unsigned prefix;
};

// Within 2000::/3; whatever is outside it (loopback, v4-mapped, NAT64 64:ff9b::/96 and 64:ff9b:1::/48, discard
// 100::/64, segment routing 5f00::/16, unique local fc00::/7, link local fe80::/10, multicast ff00::/8) is refused as a
// whole.
constexpr std::array<Ipv6Block, 5> ipv6_blocked{{
    {{0x20, 0x01, 0x00, 0x00, 0x00, 0x00}, 23},  // protocol assignments with Teredo, ORCHID, benchmarks, RFC 2928
    {{0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00}, 32},  // documentation, RFC 3849
    {{0x20, 0x02, 0x00, 0x00, 0x00, 0x00}, 16},  // 6to4 carries any IPv4 address, RFC 3056
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112, RFC 7534
    {{0x3f, 0xff, 0x00, 0x00, 0x00, 0x00}, 20},  // documentation, RFC 9637
}};

bool within(const std::array<std::uint8_t, 16>& address, const Ipv6Block& block) {
  const std::size_t whole = block.prefix / 8;
  if (!std::equal(block.network.begin(), block.network.begin() + static_cast<std::ptrdiff_t>(whole), address.begin()))
    return false;
  const unsigned rest = block.prefix % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xFFU << (8U - rest)) & 0xFFU;
  return (address.at(whole) & mask) == (block.network.at(whole) & mask);
}

}  // namespace

bool is_global_ipv4(std::uint32_t address) {
  return std::none_of(ipv4_blocked.begin(), ipv4_blocked.end(), [address](const Ipv4Block& block) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32U - block.prefix);
    return (address & mask) == block.network;
  });
}

bool is_global_ipv6(const std::array<std::uint8_t, 16>& address) {
  if ((address[0] & 0xE0U) != 0x20U) return false;
  return std::none_of(ipv6_blocked.begin(), ipv6_blocked.end(),
                      [&address](const Ipv6Block& block) { return within(address, block); });
}

bool is_global_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_global_ipv4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return is_global_ipv6(bytes);
  }
  return false;
}

bool is_loopback_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    constexpr std::uint32_t loopback_network = 127;
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return ntohl(v4.sin_addr.s_addr) >> 24U == loopback_network;
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  return std::memcmp(&v6.sin6_addr, &in6addr_loopback, sizeof v6.sin6_addr) == 0;
}

bool is_global_address(std::string_view text) {
  const std::string terminated(text);
  in_addr v4{};
  if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) return is_global_ipv4(ntohl(v4.s_addr));
  std::array<std::uint8_t, 16> v6{};
  return inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1 && is_global_ipv6(v6);
}

}  // namespace inboxd::transfers
