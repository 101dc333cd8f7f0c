// The watchdog's beat: what feeds it, and what must not.
#include "daemon/app/supervision.hpp"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"

namespace inboxd::app {
namespace {

class HeardNotifier final : public service::Notifier {
 public:
  void ready() override { heard.emplace_back("ready"); }
  void reloading() override { heard.emplace_back("reloading"); }
  void stopping() override { heard.emplace_back("stopping"); }
  void status(std::string_view line) override { heard.emplace_back(line); }
  void alive() override { ++beats; }
  [[nodiscard]] std::optional<Milliseconds> watchdog() const override { return span; }

  std::optional<Milliseconds> span = Milliseconds{30'000};
  std::vector<std::string> heard;
  int beats = 0;
};

/// Keeps the commands, to be answered when the test says so, without having been carried out.
class StuckBus final : public command_bus::Bus {
 public:
  using Bus::submit;
  void submit(std::unique_ptr<command_bus::Job> job) override { jobs.push_back(std::move(job)); }
  void refuse_first() {
    const auto job = std::move(jobs.front());
    jobs.erase(jobs.begin());
    job->answer(Error{ErrorCode::storage_unavailable, "the store cannot take writes now", {}});
  }

  std::vector<std::unique_ptr<command_bus::Job>> jobs;
};

struct Watched {
  ManualClock clock;
  StuckBus bus;
  HeardNotifier notifier;
  Milliseconds last_turn{0};
  Supervision supervision{clock, bus, notifier, [this] { return last_turn; }};
};

TEST_CASE("a beat that the writer does not answer feeds nobody, and no other follows it", "[supervision]") {
  Watched watched;
  watched.supervision.serving();
  CHECK(watched.notifier.heard == std::vector<std::string>{"ready"});
  watched.clock.advance(Milliseconds{120'000});
  CHECK(watched.bus.jobs.size() == 1);
  CHECK(watched.notifier.beats == 0);
}

TEST_CASE("a refused beat counts only while the writer takes its turns", "[supervision]") {
  Watched watched;
  watched.supervision.serving();
  watched.clock.advance(Milliseconds{60'000});
  watched.bus.refuse_first();  // a full queue behind a writer that hangs
  CHECK(watched.notifier.beats == 0);
  watched.clock.advance(Milliseconds{10'000});
  watched.last_turn = watched.clock.steady_now();
  watched.bus.refuse_first();  // a full disk
  CHECK(watched.notifier.beats == 1);
}

TEST_CASE("without a watchdog nothing is asked of the writer", "[supervision]") {
  Watched watched;
  watched.notifier.span.reset();
  watched.supervision.serving();
  CHECK(watched.bus.jobs.empty());
}

TEST_CASE("once stopping is said no status comes after it", "[supervision]") {
  Watched watched;
  watched.supervision.status("messages in 1");
  watched.supervision.stopping();
  watched.supervision.status("messages in 2");
  CHECK(watched.notifier.heard == std::vector<std::string>{"messages in 1", "stopping", "stopping"});
}

}  // namespace
}  // namespace inboxd::app
