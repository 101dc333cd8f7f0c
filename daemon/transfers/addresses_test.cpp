// The address classifier: every special block at both of its ends, its neighbours, and disguises of IPv4.
#include "daemon/transfers/addresses.hpp"

#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/support/catch.hpp"

namespace inboxd::transfers {
namespace {

TEST_CASE("only this machine's own addresses count as loopback", "[addresses]") {
  const auto loopback = [](int family, const char* text) {
    sockaddr_in6 storage{};  // holds either
    auto& address = reinterpret_cast<sockaddr&>(storage);
    address.sa_family = static_cast<sa_family_t>(family);
    void* where = family == AF_INET ? static_cast<void*>(&reinterpret_cast<sockaddr_in&>(storage).sin_addr)
                                    : static_cast<void*>(&storage.sin6_addr);
    REQUIRE(inet_pton(family, text, where) == 1);
    return is_loopback_address(address);
  };
  CHECK(loopback(AF_INET, "127.0.0.1"));
  CHECK(loopback(AF_INET, "127.255.255.255"));
  CHECK(loopback(AF_INET6, "::1"));
  CHECK_FALSE(loopback(AF_INET, "128.0.0.1"));
  CHECK_FALSE(loopback(AF_INET, "10.0.0.1"));
  CHECK_FALSE(loopback(AF_INET6, "::2"));
  CHECK_FALSE(loopback(AF_INET6, "::ffff:127.0.0.1"));
}

TEST_CASE("public addresses may be reached", "[addresses]") {
  const auto* text =
      GENERATE("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
               "128.0.0.0", "149.154.167.220", "157.240.0.1", "168.63.129.15", "169.253.255.255", "169.255.0.0",
               "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.167.255.255",
               "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "203.0.112.255", "203.0.114.0",
               "223.255.255.255", "2001:67c:4e8::1", "2001:200::1", "2001:db7::1", "2001:db9::1", "2003::1",
               "2606:4700::1111", "2a03:2880:f12f:83:face:b00c:0:25de", "3fff:1000::1");
  INFO(text);
  CHECK(is_global_address(std::string_view(text)));
}

TEST_CASE("private, local, reserved and documentation IPv4 addresses may not be reached", "[addresses]") {
  const auto* text =
      GENERATE("0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
               "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0",
               "172.31.255.255", "192.0.0.0", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1",
               "192.168.0.0", "192.168.255.255", "192.175.48.1", "198.18.0.0", "198.19.255.255", "198.51.100.1",
               "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255");
  INFO(text);
  CHECK_FALSE(is_global_address(std::string_view(text)));
}

TEST_CASE("IPv6 addresses that are not global unicast may not be reached", "[addresses]") {
  const auto* text =
      GENERATE("::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::ffff:0:8.8.8.8", "::8.8.8.8", "64:ff9b::8.8.8.8",
               "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:2::1", "2001:10::1",
               "2001:20::1", "2001:1ff::1", "2001:db8::1", "2001:db8:ffff::1", "2002:7f00:1::", "2002:808:808::1",
               "2620:4f:8000::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1",
               "febf::1", "fec0::1", "ff02::1", "ff0e::1");
  INFO(text);
  CHECK_FALSE(is_global_address(std::string_view(text)));
}

TEST_CASE("what is not an address is not global", "[addresses]") {
  const auto* text = GENERATE("", "example.com", "8.8.8", "8.8.8.8.8", "0x08080808", "134744072", "8.8.8.8 ",
                              "fe80::1%eth0", "[2606:4700::1111]");
  INFO(text);
  CHECK_FALSE(is_global_address(std::string_view(text)));
}

TEST_CASE("socket addresses are judged by family", "[addresses]") {
  sockaddr_storage storage{};
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  REQUIRE(inet_pton(AF_INET, "8.8.8.8", &v4.sin_addr) == 1);
  std::memcpy(&storage, &v4, sizeof v4);
  CHECK(is_global_address(*address));
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::memcpy(&storage, &v4, sizeof v4);
  CHECK_FALSE(is_global_address(*address));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  REQUIRE(inet_pton(AF_INET6, "2606:4700::1111", &v6.sin6_addr) == 1);
  std::memcpy(&storage, &v6, sizeof v6);
  CHECK(is_global_address(*address));
  v6.sin6_addr = in6addr_loopback;
  std::memcpy(&storage, &v6, sizeof v6);
  CHECK_FALSE(is_global_address(*address));
  storage.ss_family = AF_UNIX;
  CHECK_FALSE(is_global_address(*address));
}

}  // namespace
}  // namespace inboxd::transfers
