// Limits and turns of the lanes in which transfers wait.
#include "daemon/transfers/lanes.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace inboxd::transfers {
namespace {

using TestLanes = Lanes<int>;

void push(TestLanes& lanes, Traffic traffic, const std::string& origin, int value) {
  lanes.push({traffic, origin}, std::make_unique<int>(value));
}
int start(TestLanes& lanes) {
  const auto item = lanes.start_one();
  return item ? *item : 0;
}

TEST_CASE("one host's crowd leaves room for the others, in order", "[lanes]") {
  TestLanes lanes({8, 2});
  for (int value = 1; value <= 4; ++value) push(lanes, Traffic::sends, "slow", value);
  push(lanes, Traffic::sends, "other", 9);
  std::vector<int> started;
  while (const int value = start(lanes)) started.push_back(value);
  CHECK(started.size() == 3);
  CHECK(std::count(started.begin(), started.end(), 9) == 1);
  CHECK(lanes.waiting() == 2);
  lanes.ended({Traffic::sends, "slow"});
  CHECK(start(lanes) == 3);
  CHECK(start(lanes) == 0);
}

TEST_CASE("polls that fill a host do not hold up its sends", "[lanes]") {
  TestLanes lanes({2, 2});
  push(lanes, Traffic::others, "host", 1);
  push(lanes, Traffic::others, "host", 2);
  push(lanes, Traffic::others, "host", 3);
  CHECK(start(lanes) == 1);
  CHECK(start(lanes) == 2);
  CHECK(start(lanes) == 0);
  push(lanes, Traffic::sends, "host", 4);
  CHECK(start(lanes) == 4);
}

TEST_CASE("lanes take turns when the total is the limit", "[lanes]") {
  TestLanes lanes({1, 1});
  push(lanes, Traffic::sends, "a", 1);
  push(lanes, Traffic::sends, "a", 2);
  push(lanes, Traffic::sends, "b", 3);
  CHECK(start(lanes) == 1);
  lanes.ended({Traffic::sends, "a"});
  CHECK(start(lanes) == 3);
  lanes.ended({Traffic::sends, "b"});
  CHECK(start(lanes) == 2);
}

TEST_CASE("waiting items can be taken out", "[lanes]") {
  TestLanes lanes({1, 1});
  for (int value = 1; value <= 3; ++value) push(lanes, Traffic::sends, "a", value);
  const auto taken = lanes.take_waiting_if([](int value) { return value == 2; });
  REQUIRE(taken.size() == 1);
  CHECK(*taken.front() == 2);
  CHECK(lanes.waiting() == 2);
  CHECK(start(lanes) == 1);
  lanes.ended({Traffic::sends, "a"});
  CHECK(start(lanes) == 3);
}

}  // namespace
}  // namespace inboxd::transfers
