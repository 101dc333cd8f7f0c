// The simulator's dice: one seeded sequence, asked for numbers, picks and percentages. Apart from what the daemon
// draws, so that a change there moves as little as can be of a run.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/support/seeded_random.hpp"

namespace inboxd::simulation {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  /// 0 to bound - 1.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.next() % bound); }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(most - least + 1));
  }
  bool percent(int percent) { return static_cast<int>(below(100)) < percent; }
  template <class Container>
  auto& pick(Container& from) {
    auto place = from.begin();
    std::advance(place, static_cast<std::ptrdiff_t>(below(from.size())));
    return *place;
  }

 private:
  SeededRandom random_;
};

}  // namespace inboxd::simulation
