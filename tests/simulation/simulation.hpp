// One run by a seed: at each step one thing of the whole system gets on, chosen by the dice; now and then the process
// dies, the clock jumps, the disk is full; after each commit and at quiet moments every promise is checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/people_at_work.hpp"

namespace inboxd::simulation {

inline constexpr std::int64_t calm_every = 2'000;  // steps between two quiet moments

struct Plan {
  std::uint64_t seed = 1;
  std::int64_t steps = 5'000;
  Journal::Show show = Journal::Show::nothing;
};

/// What a run did, for those who wonder whether it did anything.
struct Tally {
  std::int64_t acknowledged = 0;
  std::int64_t replies = 0;
  std::int64_t copies = 0;
  std::int64_t events = 0;
  int crashes = 0;
  int clock_jumps = 0;
  std::uint64_t digest = 0;
};

class Simulation {
 public:
  explicit Simulation(const Plan& plan);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  /// Throws Broken.
  void run();
  [[nodiscard]] Tally tally() const;
  [[nodiscard]] const Journal& journal() const { return journal_; }

 private:
  void step();
  void machine_step();
  void outside_step();
  void client_step();
  void let_time_pass();
  void jump_clock();
  void crash();
  void deliver(Provider& provider, Provider::Due due);
  /// Without faults, until nothing is left to do; then everything must be in order.
  void calm_down();
  bool calm_step();
  std::string left_over();
  void audit();

  Plan plan_;
  Journal journal_;
  Chance chance_;
  SeededRandom random_;
  ManualClock clock_;
  int lives_ = 0;
  Milliseconds began_;
  Timestamp latest_;  // that the wall clock ever showed
  Truth truth_;
  Mirror mirror_;
  std::vector<std::unique_ptr<Provider>> providers_;
  World world_;
  std::unique_ptr<Life> life_;
  std::vector<std::unique_ptr<Client>> clients_;
  PeopleAtWork people_;
  int jumps_ = 0;
  int disk_full_for_ = 0;
};

}  // namespace inboxd::simulation
