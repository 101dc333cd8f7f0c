// The promises of waits, held by the system's clock and by the tests' own.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "daemon/clock/system_clock.hpp"
#include "daemon/clock/system_random.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"

namespace inboxd {
namespace {

TEST_CASE("a wait of the system clock calls back once, on the loop's thread", "[clock]") {
  boost::asio::io_context net;
  SystemClock clock(net);
  int calls = 0;
  const auto before = clock.steady_now();
  const auto wait = clock.after(Milliseconds{5}, [&] { ++calls; });
  CHECK(calls == 0);
  net.run();
  CHECK(calls == 1);
  CHECK(clock.steady_now() - before >= Milliseconds{4});
}

TEST_CASE("a dropped wait never calls back, even when it was already due", "[clock]") {
  boost::asio::io_context net;
  SystemClock clock(net);
  bool second_called = false;
  std::unique_ptr<Wait> second;
  const auto first = clock.after(Milliseconds{0}, [&] { second.reset(); });
  second = clock.after(Milliseconds{0}, [&] { second_called = true; });
  net.run();
  CHECK_FALSE(second_called);
}

TEST_CASE("a wait may be dropped or replaced from within its own callback", "[clock]") {
  boost::asio::io_context net;
  SystemClock clock(net);
  std::unique_ptr<Wait> wait;
  int calls = 0;
  wait = clock.after(Milliseconds{0}, [&] {
    const std::string held(64, 'x');  // would be read after free if dropping the wait freed the callback
    wait = clock.after(Milliseconds{0}, [&] { ++calls; });
    calls += static_cast<int>(held.size());
  });
  net.run();
  CHECK(calls == 65);
}

TEST_CASE("system randomness differs between draws and fills every byte", "[clock]") {
  SystemRandom random;
  CHECK(random.next() != random.next());
  std::array<unsigned char, 64> bytes{};
  random.fill(bytes);
  CHECK(bytes != std::array<unsigned char, 64>{});
}

TEST_CASE("a manual clock fires waits in order of due time, each at its own time", "[clock]") {
  ManualClock clock;
  std::vector<std::string> fired;
  const auto start = clock.now();
  const auto late = clock.after(Milliseconds{20}, [&] {
    fired.emplace_back("late");
    CHECK(clock.now() == start + Milliseconds{20});
  });
  std::unique_ptr<Wait> chained;
  const auto early = clock.after(Milliseconds{10}, [&] {
    fired.emplace_back("early");
    chained = clock.after(Milliseconds{5}, [&] { fired.emplace_back("chained"); });
  });
  const auto first = clock.after(Milliseconds{1}, [&] { fired.emplace_back("first"); });
  CHECK(clock.waits() == 3);
  {
    auto gone = clock.after(Milliseconds{2}, [&] { fired.emplace_back("gone"); });
  }
  clock.advance(Milliseconds{30});
  CHECK(fired == std::vector<std::string>{"first", "early", "chained", "late"});
  CHECK(clock.now() == start + Milliseconds{30});
  CHECK(clock.waits() == 0);
}

TEST_CASE("a jump of a manual clock's wall time fires nothing", "[clock]") {
  ManualClock clock;
  bool fired = false;
  const auto wait = clock.after(Milliseconds{10}, [&] { fired = true; });
  clock.jump_wall_clock(Milliseconds{3'600'000});
  CHECK_FALSE(fired);
  CHECK(clock.next_wait() == Milliseconds{10});
}

TEST_CASE("a seeded random repeats itself from the same seed only", "[clock]") {
  SeededRandom one(7);
  SeededRandom same(7);
  SeededRandom other(8);
  const auto drawn = one.next();
  CHECK(drawn == same.next());
  CHECK(drawn != other.next());
}

}  // namespace
}  // namespace inboxd
