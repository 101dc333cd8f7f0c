// inboxd_simulation --seed N --steps M [--show] [--twice]: runs, and says of a broken promise which seed, which step,
// what, and what happened just before. `--random` draws the seed and prints it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "tests/simulation/simulation.hpp"

namespace {

using namespace inboxd::simulation;

struct CommandLine {
  Plan plan;
  bool twice = false;
  bool campaign = false;
};

constexpr int campaign_seeds = 200;
constexpr std::int64_t campaign_steps = 50'000;

CommandLine read(int count, char** arguments) {
  CommandLine line;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    if (word == "--show") {
      line.plan.show = Journal::Show::everything;
    } else if (word == "--twice") {
      line.twice = true;
    } else if (word == "--campaign") {
      line.campaign = true;
    } else if (word == "--random") {
      line.plan.seed = std::random_device{}();
    } else if (word == "--seed" && i + 1 < count) {
      line.plan.seed = std::stoull(arguments[++i]);
    } else if (word == "--steps" && i + 1 < count) {
      line.plan.steps = std::stoll(arguments[++i]);
    } else {
      throw std::invalid_argument(
          "usage: inboxd_simulation [--seed N | --random] [--steps M] [--show] [--twice] [--campaign]");
    }
  }
  return line;
}

/// Zero when a promise was broken.
std::uint64_t run(const Plan& plan) {
  const auto began = std::chrono::steady_clock::now();
  std::printf("seed %llu, %lld steps\n", static_cast<unsigned long long>(plan.seed),
              static_cast<long long>(plan.steps));
  std::fflush(stdout);
  Simulation simulation(plan);
  try {
    simulation.run();
  } catch (const std::exception& broken) {
    for (const auto& [step, line] : simulation.journal().recent())
      std::printf("%lld %s\n", static_cast<long long>(step), line.c_str());
    std::printf("BROKEN at step %lld: %s\nreplay: inboxd_simulation --seed %llu --steps %lld --show\n",
                static_cast<long long>(simulation.journal().step()), broken.what(),
                static_cast<unsigned long long>(plan.seed), static_cast<long long>(plan.steps));
    return 0;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const auto tally = simulation.tally();
  std::printf(
      "digest %016llx: %lld messages acknowledged, %lld replies, %lld copies at providers, %lld events, "
      "%d crashes, %d clock jumps; %.0f steps per second\n",
      static_cast<unsigned long long>(tally.digest), static_cast<long long>(tally.acknowledged),
      static_cast<long long>(tally.replies), static_cast<long long>(tally.copies), static_cast<long long>(tally.events),
      tally.crashes, tally.clock_jumps, static_cast<double>(plan.steps) / took.count());
  return tally.digest;
}

bool run_campaign() {
  const char* wanted = std::getenv("INBOXD_CAMPAIGN");
  if (wanted == nullptr || std::string_view(wanted) != "long") {
    std::puts("set INBOXD_CAMPAIGN=long for it");
    return true;
  }
  for (int i = 0; i < campaign_seeds; ++i)
    if (run({std::random_device{}(), campaign_steps, Journal::Show::nothing}) == 0) return false;
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const auto line = read(count, arguments);
    if (line.campaign) return run_campaign() ? 0 : 1;
    const auto first = run(line.plan);
    if (first == 0) return 1;
    if (!line.twice) return 0;
    if (run(line.plan) == first) return 0;
    std::puts("BROKEN: the same seed did not replay the same run");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  return 1;
}
