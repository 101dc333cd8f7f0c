// How much visitors may do: token buckets by visitor and by address, of bounded number. Asked by Visitors before a
// command is made; keeps no names, no clock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "schemas/types/time.hpp"

namespace inboxd::visitors {

inline constexpr std::size_t buckets_max = 50'000;  // beyond it those that are full again go, then any

/// At most `most` at once, and as many again within `span`.
struct Allowance {
  std::int64_t most = 1;
  Milliseconds span{60'000};
};

inline constexpr std::int64_t visitors_behind_address = 10;  // as many times one visitor's allowance

[[nodiscard]] inline Allowance per_address(Allowance allowance) {
  allowance.most *= visitors_behind_address;
  return allowance;
}

class Buckets {
 public:
  /// Zero: taken. Else nothing is taken, and one is there after this.
  Milliseconds take(const std::string& key, const Allowance& allowance, Milliseconds now);
  [[nodiscard]] std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    double left = 0;
    Milliseconds at{0};
    Milliseconds full_at{0};
  };
  void make_room(Milliseconds now);

  std::map<std::string, Bucket> buckets_;
};

/// What one customer can have of addresses: an IPv4 address, or the first 64 bits of an IPv6 address, of which a
/// household has 2^64 (RFC 6177). What is no address stays as it is.
[[nodiscard]] std::string network_of(std::string_view address);

/// Things open at once, by key.
class OpenCounts {
 public:
  bool enter(const std::string& key, std::int64_t most) {
    auto& count = counts_[key];
    if (count >= most) {
      if (count == 0) counts_.erase(key);
      return false;
    }
    ++count;
    return true;
  }
  [[nodiscard]] bool full(const std::string& key, std::int64_t most) const {
    const auto found = counts_.find(key);
    return found != counts_.end() && found->second >= most;
  }
  void leave(const std::string& key) {
    const auto found = counts_.find(key);
    if (found != counts_.end() && --found->second <= 0) counts_.erase(found);
  }

 private:
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace inboxd::visitors
