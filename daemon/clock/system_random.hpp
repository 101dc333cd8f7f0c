// The operating system's randomness (getrandom(2) through libsodium): fit for tokens and keys, from any thread.
#pragma once

#include <cstdint>
#include <span>

#include "daemon/clock/random.hpp"

namespace inboxd {

class SystemRandom final : public Random {
 public:
  /// Throws std::runtime_error on a machine without a source of randomness.
  SystemRandom();
  std::uint64_t next() override;
  void fill(std::span<unsigned char> bytes) override;
};

}  // namespace inboxd
