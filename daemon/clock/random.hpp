// Randomness as a parameter: tokens, nonces, jitter. The daemon's source is the operating system's; tests seed theirs.
#pragma once

#include <cstdint>
#include <span>

namespace inboxd {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
  virtual void fill(std::span<unsigned char> bytes) = 0;
};

}  // namespace inboxd
