// The HTTP side of the server, over real sockets: routing, limits, keep-alive, time-outs.
#include "daemon/http/server.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/test_server.hpp"

using namespace inboxd;
using namespace inboxd::http;
using namespace inboxd::http::test;

namespace {

void add_echo(TestServer& test) {
  test.router.add("GET", "/echo/{}", {}, [](Request request, Responder respond) {
    respond(json(200, request.captures.at(0) + "|" + request.query + "|" + request.remote_address));
  });
  test.router.add("POST", "/echo", {}, [](Request request, Responder respond) { respond(json(200, request.body)); });
}

std::string chunked(const std::string& body, std::size_t piece) {
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const std::string part = body.substr(at, piece);
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    out += size + part + "\r\n";
  }
  return out + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("a request reaches its handler with captures decoded and gets a complete answer") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  Client client(test.port());
  const Answer answer = client.get("/echo/a%20b?x=%201");
  CHECK(answer.status == 200);
  CHECK(answer.body == "a b|x=%201|127.0.0.1");
  CHECK(answer.has("Server: inboxd\r\n"));
  CHECK(answer.has("X-Content-Type-Options: nosniff\r\n"));
  CHECK(answer.has("content-type: application/json\r\n"));
  CHECK(answer.has("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
}

TEST_CASE("unknown paths get 404 and unknown methods 405 with Allow, as problems") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  Client client(test.port());
  const Answer missing = client.get("/nothing");
  CHECK(missing.status == 404);
  CHECK(missing.has("application/problem+json"));
  CHECK(missing.body.find("\"code\":\"not_found\"") != std::string::npos);
  const Answer wrong = client.get("/echo");
  CHECK(wrong.status == 405);
  CHECK(wrong.has("allow: POST\r\n"));
}

TEST_CASE("HEAD gets the header of GET") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  Client client(test.port());
  client.send("HEAD /echo/abc HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer head = client.answer(Client::Body::none);
  CHECK(head.status == 200);
  CHECK(head.has("Content-Length: 14\r\n"));
  CHECK(client.get("/echo/next").body == "next||127.0.0.1");
}

TEST_CASE("pipelined requests are answered in order on one connection") {
  TestServer test;
  add_echo(test);
  test.router.add("GET", "/later", {}, [&test](Request, Responder respond) {
    boost::asio::post(test.loop, [respond] { respond(json(200, "later")); });
  });
  REQUIRE(test.start());
  Client client(test.port());
  client.send(
      "GET /later HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "GET /echo/2 HTTP/1.1\r\nHost: x\r\n\r\nGET /ec");
  CHECK(client.answer().body == "later");
  CHECK(client.answer().body == "abc");
  CHECK(client.answer().body == "2||127.0.0.1");
  client.send("ho/3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const Answer last = client.answer();
  CHECK(last.body == "3||127.0.0.1");
  CHECK(last.has("Connection: close\r\n"));
  CHECK(client.at_end());
}

TEST_CASE("chunked bodies arrive whole, byte by byte as well") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  Client client(test.port());
  const std::string body(10'000, 'z');
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, 777));
  CHECK(client.answer().body == body);
  const std::string slow = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked("hello", 2);
  for (const char c : slow) client.send({&c, 1});
  CHECK(client.answer().body == "hello");
}

TEST_CASE("a body over the route's limit gets 413 at once and its sender sees it after sending 40 MB") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  SECTION("announced by its length") {
    Client client(test.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 40000000\r\n\r\n");
    for (int i = 0; i < 40; ++i) client.send(std::string(1'000'000, 'x'));
    const Answer answer = client.answer();
    CHECK(answer.status == 413);
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(answer.body.find("payload_too_large") != std::string::npos);
  }
  SECTION("seen before the body is sent") {
    Client client(test.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 40000000\r\n\r\n");
    CHECK(client.answer().status == 413);
  }
  SECTION("while reading chunks") {
    Client client(test.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send(chunked(std::string(40'000'000, 'x'), 100'000));
    CHECK(client.answer().status == 413);
  }
}

TEST_CASE("a refused sender that goes on for ever is cut off") {
  TestServer test;
  add_echo(test);
  test.options.discard_max = 1'000'000;
  REQUIRE(test.start());
  Client client(test.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000000\r\n\r\n");
  CHECK_THROWS([&client] {
    while (true) client.send(std::string(1'000'000, 'x'));
  }());
}

TEST_CASE("Expect: 100-continue is answered before the body, and by the refusal when it is too large") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  Client client(test.port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.answer().status == 100);
  client.send("ok");
  CHECK(client.answer().body == "ok");
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(client.answer().status == 413);
}

TEST_CASE("malformed requests get 400 and the connection ends") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  const std::string request =
      GENERATE(as<std::string>{}, "nonsense\r\n\r\n", "GET /echo/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
               "GET /echo/../x HTTP/1.1\r\nHost: x\r\n\r\n", "GET /echo/1 HTTP/1.1\r\n\r\n",
               "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
               "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
               "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\nabc",
               "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc");
  Client client(test.port());
  client.send(request);
  CHECK(client.answer().status == 400);
}

TEST_CASE("a header over 16 KiB is refused") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  Client client(test.port());
  client.send("GET /echo/1 HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(20'000, 'a') + "\r\n\r\n");
  CHECK(client.answer().status == 431);
  CHECK(client.at_end());
}

TEST_CASE("a header that does not come to its end in time ends the connection") {
  TestServer test;
  add_echo(test);
  test.options.timeouts.header = Milliseconds{80};
  REQUIRE(test.start());
  Client silent(test.port());
  Client slow(test.port());
  slow.send("GET /echo/1 HT");
  CHECK(silent.at_end());
  CHECK(slow.at_end());
  CHECK(slow.input.empty());
}

TEST_CASE("a body without progress and an idle connection are cut after their time") {
  TestServer test;
  add_echo(test);
  test.options.timeouts.body = Milliseconds{80};
  test.options.timeouts.idle = Milliseconds{80};
  REQUIRE(test.start());
  Client body(test.port());
  body.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
  CHECK(body.at_end());
  Client idle(test.port());
  CHECK(idle.get("/echo/1").status == 200);
  CHECK(idle.at_end());
}

TEST_CASE("more connections than allowed are answered 503") {
  TestServer test;
  add_echo(test);
  test.options.connections_max = 1;
  REQUIRE(test.start());
  Client first(test.port());
  CHECK(first.get("/echo/1").status == 200);
  Client second(test.port());
  const Answer refused = second.get("/echo/1");
  CHECK(refused.status == 503);
  CHECK(refused.has("retry-after: 1\r\n"));
  CHECK(first.get("/echo/1").status == 200);
}

TEST_CASE("X-Forwarded-For counts only from trusted proxies") {
  TestServer test;
  add_echo(test);
  const bool trusted = GENERATE(true, false);
  if (trusted) test.options.trusted_proxies = {"127.0.0.0/8", "10.0.0.1"};
  REQUIRE(test.start());
  Client client(test.port());
  const Answer answer = client.get("/echo/1", "X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.0.0.1\r\n");
  CHECK(answer.body == (trusted ? "1||203.0.113.9" : "1||127.0.0.1"));
  // Some proxies add a line of their own behind the client's: several lines are one list.
  const Answer lines = client.get("/echo/1", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.9, 10.0.0.1\r\n");
  CHECK(lines.body == (trusted ? "1||203.0.113.9" : "1||127.0.0.1"));
}

TEST_CASE("a handler that throws or drops its responder answers 500") {
  TestServer test;
  test.router.add("GET", "/throws", {}, [](Request, const Responder&) { throw std::runtime_error("broken"); });
  test.router.add("GET", "/drops", {}, [](Request, const Responder&) {});
  REQUIRE(test.start());
  Client client(test.port());
  CHECK(client.get("/throws").status == 500);
  CHECK(client.get("/drops").status == 500);
  REQUIRE(test.reports().size() == 1);
  CHECK(test.reports()[0].find("GET /throws: broken") != std::string::npos);
}

TEST_CASE("a route may refuse before it reads the body") {
  TestServer test;
  RouteOptions options;
  options.admit = [](const Request& request, const std::function<void(Admission)>& done) {
    if (request.header("authorization").empty()) return done({problem({ErrorCode::unauthenticated, "No token.", {}})});
    done({{}, 4});
  };
  test.router.add("POST", "/guarded", options,
                  [](Request request, Responder respond) { respond(json(200, request.body)); });
  REQUIRE(test.start());
  Client stranger(test.port());
  stranger.send("POST /guarded HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  CHECK(stranger.answer().status == 401);
  Client known(test.port());
  CHECK(known.post("/guarded", "body", "Authorization: Bearer x\r\n").body == "body");
  // Less than the route's own limit, and a body that does not say its length is counted as it comes.
  CHECK(Client(test.port()).post("/guarded", "a body", "Authorization: Bearer x\r\n").status == 413);
  Client chunks(test.port());
  chunks.send(
      "POST /guarded HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\na bo\r\n2\r\ndy\r\n");
  CHECK(chunks.answer().status == 413);
}

TEST_CASE("routes belong to their listener, and the admin socket is its owner's alone") {
  TestServer test;
  const std::string path = "/tmp/inboxd-http-test-" + std::to_string(::getpid()) + ".sock";
  test.options.listeners.push_back({Listener::admin, path, {}});
  test.options.listeners.push_back({Listener::metrics, "127.0.0.1:0", {}});
  RouteOptions admin;
  admin.listener = Listener::admin;
  test.router.add("GET", "/status", admin,
                  [](Request request, Responder respond) { respond(json(200, request.remote_address)); });
  REQUIRE(test.start());
  CHECK(Client(path).get("/status").body == "unix");
  CHECK(Client(test.port()).get("/status").status == 404);
  CHECK(Client(test.port(Listener::metrics)).get("/status").status == 404);
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);

  TestServer other;
  other.options.listeners = {{Listener::admin, path, {}}};
  const auto taken = other.start();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().detail.find("in use") != std::string::npos);
  test.stop();
  CHECK(::stat(path.c_str(), &found) != 0);
}

TEST_CASE("a stale socket file is replaced and an ordinary file is not") {
  const std::string path = "/tmp/inboxd-http-stale-" + std::to_string(::getpid()) + ".sock";
  const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.data(), path.size());
  REQUIRE(::bind(stale, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  ::close(stale);
  TestServer test;
  test.options.listeners = {{Listener::admin, path, {}}};
  REQUIRE(test.start());
  CHECK(Client(path).get("/x").status == 404);
  test.stop();
  TestServer other;
  other.options.listeners = {{Listener::admin, "/proc/version", {}}};
  CHECK_FALSE(other.start());
}

TEST_CASE("an address in use is refused with its name, and a descriptor can be handed in") {
  TestServer test;
  add_echo(test);
  REQUIRE(test.start());
  TestServer other;
  other.options.listeners = {{Listener::main, "127.0.0.1:" + std::to_string(test.port()), {}}};
  const auto taken = other.start();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().detail.find("127.0.0.1:" + std::to_string(test.port())) != std::string::npos);

  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(::listen(descriptor, 5) == 0);
  TestServer handed;
  add_echo(handed);
  handed.options.listeners = {{Listener::main, "", descriptor}};
  REQUIRE(handed.start());
  CHECK(Client(handed.port()).get("/echo/1").status == 200);
}

TEST_CASE("a handler that lets its client wait hears that the client is gone, even with a request behind") {
  std::promise<void> gone;
  TestServer test;
  add_echo(test);
  test.router.add("GET", "/held", {}, [&gone](const Request& request, Responder respond) {
    request.peer->when_gone([&gone, respond = std::move(respond)] {
      gone.set_value();
      respond(json(200, "nobody reads it"));
    });
  });
  REQUIRE(test.start());
  Client client(test.port());
  client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\nGET /echo/1 HTTP/1.1\r\nHost: x\r\n\r\n");
  client.close();
  CHECK(gone.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  test.wait_until_empty();
}
