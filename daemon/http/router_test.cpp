// Matching, targets, addresses and ranges: the pure parts of the server.
#include "daemon/http/router.hpp"

#include "daemon/http/response_head.hpp"
#include "daemon/http/target.hpp"
#include "daemon/http/trusted_proxies.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::http;

namespace {
Router sample() {
  Router router;
  const Handler none = [](Request, const Responder&) {};
  router.add("GET", "/", {}, none);
  router.add("GET", "/v1/things", {}, none);
  router.add("POST", "/v1/things", {}, none);
  router.add("PATCH", "/v1/things/{}", {}, none);
  router.add("GET", "/v1/things/{}/parts/{}", {}, none);
  router.add("GET", "/files/{*}", {}, none);
  router.add_live("/live", {}, [](const Request&) { return LiveVerdict{}; });
  return router;
}
}  // namespace

TEST_CASE("paths match segment by segment and give their captures") {
  const Router router = sample();
  CHECK(router.match(Listener::main, "GET", "/").route != nullptr);
  const auto parts = router.match(Listener::main, "GET", "/v1/things/a/parts/b c");
  REQUIRE(parts.route != nullptr);
  CHECK(parts.captures == std::vector<std::string>{"a", "b c"});
  CHECK(router.match(Listener::main, "GET", "/files/a/b.js").captures == std::vector<std::string>{"a/b.js"});
  CHECK(router.match(Listener::main, "GET", "/v1/things/").route == nullptr);
  CHECK(router.match(Listener::main, "PATCH", "/v1/things/").route == nullptr);
  CHECK(router.match(Listener::main, "GET", "/v1/things/a/parts/b/c").route == nullptr);
  CHECK(router.match(Listener::admin, "GET", "/v1/things").route == nullptr);
}

TEST_CASE("other methods of a path are told, HEAD goes to GET") {
  const Router router = sample();
  CHECK(router.match(Listener::main, "DELETE", "/v1/things").allowed == "GET, HEAD, POST");
  CHECK(router.match(Listener::main, "GET", "/v1/things/7").allowed == "PATCH");
  CHECK(router.match(Listener::main, "HEAD", "/v1/things").route->method == "GET");
  CHECK(router.match(Listener::main, "POST", "/live").allowed == "GET");
  CHECK(router.match(Listener::main, "GET", "/nowhere").allowed.empty());
}

TEST_CASE("targets are decoded once and refused when they climb") {
  CHECK(parse_target("/a%2Bb%25c?q=%20")->path == "/a+b%c");
  CHECK(parse_target("/a?b?c")->query == "b?c");
  CHECK(parse_target("http://host:1/x")->path == "/x");
  CHECK(parse_target("http://host")->path == "/");
  for (const char* bad : {"", "x", "*", "/%", "/%4", "/%zz", "/a/%2e%2e/b", "/..", "/./a", "/%00"})
    CHECK_FALSE(parse_target(bad));
}

TEST_CASE("a client is the last address that is not a trusted proxy's") {
  const TrustedProxies proxies = TrustedProxies::parse({"10.0.0.0/8", "2001:db8::/33", "unix"}).value();
  CHECK(proxies.client("10.1.2.3", "1.1.1.1, 9.9.9.9,10.4.4.4") == "9.9.9.9");
  CHECK(proxies.client("::ffff:10.1.2.3", "9.9.9.9") == "9.9.9.9");
  CHECK(proxies.client("2001:db8:7fff::1", "9.9.9.9") == "9.9.9.9");
  CHECK(proxies.client("2001:db8:8000::1", "9.9.9.9") == "2001:db8:8000::1");
  CHECK(proxies.client("11.1.2.3", "9.9.9.9") == "11.1.2.3");
  CHECK(proxies.client("unix", "9.9.9.9") == "9.9.9.9");
  CHECK(proxies.client("10.1.2.3", "9.9.9.9, unknown") == "10.1.2.3");
  CHECK(proxies.client("10.1.2.3", "") == "10.1.2.3");
  for (const char* bad : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "host", "::1/129"})
    CHECK_FALSE(TrustedProxies::parse({bad}));
}

TEST_CASE("answers carry no header that could end its line") {
  Response response;
  response.headers = {{"x-good", "1"}, {"x-bad", "1\r\nx-forged: 2"}, {"Content-Length", "7"}};
  std::string out;
  append_head(out, response, {"inboxd", Timestamp{}, 3, Persistence::keep_alive});
  CHECK(out.find("x-good: 1\r\n") != std::string::npos);
  CHECK(out.find("forged") == std::string::npos);
  CHECK(out.find("Content-Length: 3\r\n") != std::string::npos);
  CHECK(out.find("Length: 7") == std::string::npos);
}

TEST_CASE("problems carry the stable code and when to come back") {
  const Response response = problem({ErrorCode::rate_limited, "Slow down.", Milliseconds{1500}});
  CHECK(response.status == 429);
  CHECK(response.body.find("\"code\":\"rate_limited\"") != std::string::npos);
  CHECK(response.body.find("\"status\":429") != std::string::npos);
  CHECK(response.headers.back() == std::pair<std::string, std::string>("retry-after", "2"));
}

TEST_CASE("single ranges are read and everything else means the whole") {
  ByteRange part;
  CHECK(read_range("bytes=0-0", 10, part) == RangeAnswer::part);
  CHECK((part.first == 0 && part.count == 1));
  CHECK(read_range("bytes=5-99", 10, part) == RangeAnswer::part);
  CHECK((part.first == 5 && part.count == 5));
  CHECK(read_range("bytes=-99", 10, part) == RangeAnswer::part);
  CHECK((part.first == 0 && part.count == 10));
  CHECK(read_range("bytes=10-", 10, part) == RangeAnswer::unsatisfiable);
  CHECK(read_range("bytes=-0", 10, part) == RangeAnswer::unsatisfiable);
  CHECK(read_range("bytes=-1", 0, part) == RangeAnswer::unsatisfiable);
  for (const char* whole : {"", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=1-2,4-5", "lines=1-2"})
    CHECK(read_range(whole, 10, part) == RangeAnswer::whole);
}
