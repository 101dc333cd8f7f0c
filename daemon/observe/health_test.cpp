// When the daemon is called alive, and when ready.
#include "daemon/observe/health.hpp"

#include "tests/support/catch.hpp"

namespace inboxd::observe {
namespace {

TEST_CASE("a daemon is alive and ready from its start", "[health]") {
  const Health health(Milliseconds{1000});
  CHECK(health.liveness(Milliseconds{1000}).good);
  CHECK(health.readiness(Milliseconds{1000}).good);
}

TEST_CASE("a silent loop or writer is dead, and comes back", "[health]") {
  Health health(Milliseconds{0}, Milliseconds{100});
  CHECK(health.liveness(Milliseconds{100}).good);
  health.writer_alive(Milliseconds{101});
  CHECK(health.liveness(Milliseconds{101}).why == "the net loop does not turn");
  health.loop_alive(Milliseconds{202});
  CHECK(health.liveness(Milliseconds{202}).why == "the writer does not answer");
  CHECK_FALSE(health.readiness(Milliseconds{202}).good);
  health.writer_alive(Milliseconds{203});
  CHECK(health.liveness(Milliseconds{203}).good);
}

TEST_CASE("a failing store and draining make it unready, not dead", "[health]") {
  Health health(Milliseconds{0});
  health.store_failing("the disk is full");
  CHECK(health.readiness(Milliseconds{0}).why == "the disk is full");
  CHECK(health.liveness(Milliseconds{0}).good);
  health.store_writable();
  CHECK(health.readiness(Milliseconds{0}).good);
  health.drain();
  CHECK(health.draining());
  CHECK_FALSE(health.readiness(Milliseconds{0}).good);
  CHECK(health.liveness(Milliseconds{0}).good);
}

}  // namespace
}  // namespace inboxd::observe
