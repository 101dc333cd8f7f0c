// What a running server can be given anew: checked whole before anything of it holds. Certificates have their own test.
#include "tests/support/catch.hpp"
#include "tests/support/test_server.hpp"

using namespace inboxd;
using namespace inboxd::http;
using namespace inboxd::http::test;

TEST_CASE("what a reload gives the server anew is refused whole, or holds from the next request on") {
  TestServer test;
  test.router.add("GET", "/peer", {},
                  [](Request request, Responder respond) { respond(json(200, request.remote_address)); });
  REQUIRE(test.start());
  const auto client_seen = [&test] {
    return Client(test.port()).get("/peer", "X-Forwarded-For: 203.0.113.9\r\n").body;
  };
  const auto prepare = [&test](ServerReload fresh) {
    return test.on_net([&] { return test.server->prepare(std::move(fresh)); });
  };
  CHECK(client_seen() == "127.0.0.1");
  CHECK_FALSE(prepare({{}, {}, {"nowhere"}, 10}));
  CHECK_FALSE(prepare({"/none.pem", "/none.key", {"127.0.0.0/8"}, 10}));
  const auto apply = prepare({{}, {}, {"127.0.0.0/8"}, 10});
  REQUIRE(apply);
  CHECK(client_seen() == "127.0.0.1");
  test.on_net([&apply] {
    (*apply)();
    return 0;
  });
  CHECK(client_seen() == "203.0.113.9");
}
