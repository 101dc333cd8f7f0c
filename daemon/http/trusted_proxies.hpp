// Whose X-Forwarded-For is believed: the reverse proxies that the configuration names. Pure; used by the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/result.hpp"

namespace inboxd::http {

class TrustedProxies {
 public:
  TrustedProxies() = default;
  /// Addresses and networks ("10.0.0.0/8", "::1"), and "unix" for whoever connects over a Unix socket.
  static Result<TrustedProxies> parse(const std::vector<std::string>& networks);

  [[nodiscard]] bool contains(std::string_view address) const;
  /// The client behind `peer`: the last address of X-Forwarded-For that is no trusted proxy's own.
  [[nodiscard]] std::string client(std::string_view peer, std::string_view forwarded_for) const;

 private:
  struct Network {
    std::string bytes;  // 16, IPv4 mapped into IPv6
    unsigned bits = 128;
  };
  std::vector<Network> networks_;
  bool unix_ = false;
};

}  // namespace inboxd::http
