// How the server ends: whom it closes at once, whom it hears out, whose answer still arrives.
#include "daemon/http/server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_server.hpp"

using namespace inboxd;
using namespace inboxd::http;
using namespace inboxd::http::test;

namespace {

void add_echo(TestServer& test) {
  test.router.add("GET", "/echo/{}", {},
                  [](Request request, Responder respond) { respond(json(200, request.captures.at(0))); });
}

}  // namespace

TEST_CASE("drain closes idle connections, lets running requests end and then says so") {
  std::promise<void> done;  // outlives the server, which keeps it
  auto ended = done.get_future();
  TestServer test;
  add_echo(test);
  std::promise<Responder> arrived;
  test.router.add("GET", "/held", {},
                  [&arrived](Request, Responder respond) { arrived.set_value(std::move(respond)); });
  REQUIRE(test.start());
  Client idle(test.port());
  CHECK(idle.get("/echo/1").status == 200);
  Client running(test.port());
  running.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  Responder respond = arrived.get_future().get();
  test.on_net([&] { test.server->drain(Milliseconds{5000}, [&done] { done.set_value(); }); });
  CHECK(idle.at_end());
  CHECK(ended.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  test.on_net([&respond] { std::exchange(respond, nullptr)(json(200, "ended")); });
  const Answer answer = running.answer();
  CHECK(answer.body == "ended");
  CHECK(answer.has("Connection: close\r\n"));
  CHECK(running.at_end());
  CHECK(ended.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("an answer that was given arrives, however few turns of the loop later the drain begins") {
  const int turns = GENERATE(0, 1, 2, 3, 4, 5, 6);
  std::promise<void> done;  // outlives the server, which keeps it
  TestServer test;
  std::function<void(int)> drain_in = [&](int left) {
    if (left == 0) return test.server->drain(Milliseconds{5000}, [&done] { done.set_value(); });
    boost::asio::post(test.loop, [&drain_in, left] { drain_in(left - 1); });
  };
  test.router.add("GET", "/last", {}, [&](Request, Responder respond) {
    respond(json(200, "last"));
    drain_in(turns);
  });
  REQUIRE(test.start());
  Client client(test.port());
  CHECK(client.get("/last").body == "last");
  CHECK(client.at_end());
  client.close();
  CHECK(done.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("drain cuts what is left at its deadline, and waits for no handler that never answers") {
  std::promise<void> done;  // outlives the server, which keeps it
  auto ended = done.get_future();
  TestServer test;
  std::promise<Responder> arrived;
  test.router.add("GET", "/held", {},
                  [&arrived](Request, Responder respond) { arrived.set_value(std::move(respond)); });
  REQUIRE(test.start());
  Client running(test.port());
  running.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
  Responder respond = arrived.get_future().get();
  test.on_net([&] { test.server->drain(Milliseconds{20}, [&done] { done.set_value(); }); });
  CHECK(running.at_end());
  CHECK(ended.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  test.on_net([&respond] { respond = nullptr; });
}
