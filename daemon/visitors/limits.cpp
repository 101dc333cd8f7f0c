#include "daemon/visitors/limits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace inboxd::visitors {

Milliseconds Buckets::take(const std::string& key, const Allowance& allowance, Milliseconds now) {
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= buckets_max) make_room(now);
    found = buckets_.emplace(key, Bucket{static_cast<double>(allowance.most), now, now}).first;
  }
  auto& bucket = found->second;
  const double most = static_cast<double>(allowance.most);
  const double per_ms = most / static_cast<double>(allowance.span.count());
  bucket.left = std::min(most, bucket.left + per_ms * static_cast<double>((now - bucket.at).count()));
  bucket.at = now;
  const bool enough = bucket.left >= 1;
  if (enough) bucket.left -= 1;
  bucket.full_at = now + Milliseconds{static_cast<std::int64_t>((most - bucket.left) / per_ms)};
  if (enough) return Milliseconds{0};
  return Milliseconds{std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil((1 - bucket.left) / per_ms)))};
}

void Buckets::make_room(Milliseconds now) {
  std::erase_if(buckets_, [now](const auto& entry) { return entry.second.full_at <= now; });
  if (buckets_.size() >= buckets_max) buckets_.erase(buckets_.begin());
}

std::string network_of(std::string_view address) {
  std::string text(address);
  in6_addr wide{};
  if (inet_pton(AF_INET6, text.c_str(), &wide) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> shown{};
  if (IN6_IS_ADDR_V4MAPPED(&wide)) {
    in_addr narrow{};
    std::memcpy(&narrow, wide.s6_addr + 12, sizeof narrow);
    return inet_ntop(AF_INET, &narrow, shown.data(), shown.size());
  }
  std::fill(wide.s6_addr + 8, wide.s6_addr + 16, std::uint8_t{0});
  return std::string(inet_ntop(AF_INET6, &wide, shown.data(), shown.size())) + "/64";
}

}  // namespace inboxd::visitors
