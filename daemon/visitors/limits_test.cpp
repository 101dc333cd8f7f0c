// Allowances over time, and how few buckets there are.
#include "daemon/visitors/limits.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::visitors;

TEST_CASE("an allowance is there at once, then comes back evenly") {
  Buckets buckets;
  const Allowance allowance{6, Milliseconds{60'000}};
  for (int i = 0; i < 6; ++i) CHECK(buckets.take("anna", allowance, Milliseconds{0}) == Milliseconds{0});
  const auto wait = buckets.take("anna", allowance, Milliseconds{0});
  CHECK(wait == Milliseconds{10'000});
  CHECK(buckets.take("berta", allowance, Milliseconds{0}) == Milliseconds{0});
  CHECK(buckets.take("anna", allowance, Milliseconds{9'000}) > Milliseconds{0});
  CHECK(buckets.take("anna", allowance, Milliseconds{10'001}) == Milliseconds{0});
  CHECK(buckets.take("anna", allowance, Milliseconds{10'001}) > Milliseconds{0});
}

TEST_CASE("however many addresses ask, the buckets stay few") {
  Buckets buckets;
  const Allowance allowance{1, Milliseconds{60'000}};
  for (std::size_t i = 0; i < buckets_max + 1'000; ++i) buckets.take(std::to_string(i), allowance, Milliseconds{0});
  CHECK(buckets.size() <= buckets_max);
  buckets.take("late", allowance, Milliseconds{70'000});
  CHECK(buckets.size() == 1);
}

TEST_CASE("open things are counted up and down") {
  OpenCounts counts;
  CHECK(counts.enter("anna", 2));
  CHECK(counts.enter("anna", 2));
  CHECK_FALSE(counts.enter("anna", 2));
  counts.leave("anna");
  CHECK(counts.enter("anna", 2));
  counts.leave("nobody");
}

TEST_CASE("addresses of one household count as one") {
  CHECK(network_of("192.0.2.7") == "192.0.2.7");
  CHECK(network_of("::ffff:192.0.2.7") == "192.0.2.7");
  CHECK(network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64");
  CHECK(network_of("2001:db8:1:2:ffff:ffff:ffff:ffff") == "2001:db8:1:2::/64");
  CHECK(network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1"));
  CHECK(network_of("unix") == "unix");
}
