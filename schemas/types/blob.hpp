// The name of content-addressed bytes in the store.
#pragma once

#include <cstdint>
#include <string>

namespace inboxd {

/// Content-addressed bytes in the store: lowercase hex SHA-256.
struct BlobRef {
  std::string hash;
  std::uint64_t size = 0;

  friend bool operator==(const BlobRef&, const BlobRef&) = default;
};

}  // namespace inboxd
