// Randomness that a test can repeat: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", 2014) from a seed that the test names.
#pragma once

#include <cstdint>
#include <span>

#include "daemon/clock/random.hpp"

namespace inboxd {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}

  std::uint64_t next() override {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31U);
  }
  void fill(std::span<unsigned char> bytes) override {
    for (auto& byte : bytes) byte = static_cast<unsigned char>(next());
  }

 private:
  std::uint64_t state_;
};

}  // namespace inboxd
