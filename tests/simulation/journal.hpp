// What a run did, line by line: the last steps are shown when an invariant breaks, and a digest over all of it proves
// that a seed replays exactly. Written by every part of the simulation; never read by what is simulated.
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace inboxd::simulation {

/// An invariant that does not hold, in words.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::int64_t remembered_steps = 30;

class Journal {
 public:
  enum class Show { nothing, everything };

  explicit Journal(Show show) : show_(show) {}

  void begin(std::int64_t step) {
    step_ = step;
    while (!lines_.empty() && lines_.front().first <= step - remembered_steps) lines_.pop_front();
  }
  void note(std::string line) {
    for (const char byte : line) digest_ = (digest_ ^ static_cast<unsigned char>(byte)) * 1'099'511'628'211ULL;
    if (show_ == Show::everything) std::printf("%lld %s\n", static_cast<long long>(step_), line.c_str());
    lines_.emplace_back(step_, std::move(line));
  }

  [[nodiscard]] std::int64_t step() const { return step_; }
  /// FNV-1a, 64 bits.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] const std::deque<std::pair<std::int64_t, std::string>>& recent() const { return lines_; }

 private:
  Show show_;
  std::int64_t step_ = 0;
  std::uint64_t digest_ = 14'695'981'039'346'656'037ULL;
  std::deque<std::pair<std::int64_t, std::string>> lines_;
};

}  // namespace inboxd::simulation
