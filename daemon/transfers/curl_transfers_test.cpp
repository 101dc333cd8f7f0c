// Whole answers: bodies both ways, limits, redirects, reuse of connections, turns. Real servers on loopback.
#include "daemon/transfers/curl_transfers.hpp"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/transfers_fixture.hpp"

namespace inboxd::transfers {
namespace {

using connectors::TransferFailure;
using Fixture = TransfersFixture;

/// Answers every request with what `answer` makes of it, and remembers it.
class RecordingServer {
 public:
  using Answer = std::function<void(ScriptedConnection&, const ScriptedRequest&)>;

  explicit RecordingServer(Answer answer)
      : answer_(std::move(answer)), server([this](ScriptedConnection& connection) { serve(connection); }) {}

  std::vector<ScriptedRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(ScriptedConnection& connection) {
    while (const auto request = connection.read_request()) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(*request);
      }
      answer_(connection, *request);
    }
  }

  Answer answer_;
  std::mutex mutex_;
  std::vector<ScriptedRequest> requests_;

 public:
  ScriptedServer server;  // last: its threads use what is above
};

TEST_CASE("a request arrives as it was given, and its answer comes back whole", "[transfers]") {
  RecordingServer provider([](ScriptedConnection& connection, const ScriptedRequest&) {
    connection.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    connection.answer(429, R"({"ok":false})", "Retry-After: 7\r\nX-Two:  spaced  \r\n");
  });
  Fixture fixture;
  auto transfer = Fixture::post_text(provider.server.url("/bot1:t/sendMessage?a=b"), R"({"text":"ciao"})");
  transfer.headers = {{"Authorization", "Bearer x"}, {"X-Empty", ""}};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::none);
  CHECK(exchange.status == 429);
  CHECK(exchange.body == R"({"ok":false})");
  CHECK(connectors::header_of(exchange.headers, "retry-after") == "7");
  CHECK(connectors::header_of(exchange.headers, "x-two") == "spaced");
  CHECK(connectors::header_of(exchange.headers, "link").empty());
  CHECK(exchange.now == fixture.clock.now());
  CHECK(exchange.nonce != 0);
  const auto request = provider.requests().at(0);
  CHECK(request.head.starts_with("POST /bot1:t/sendMessage?a=b HTTP/1.1\r\n"));
  CHECK(request.head.find("\r\nAuthorization: Bearer x") != std::string::npos);
  CHECK(request.head.find("\r\nX-Empty:") != std::string::npos);
  CHECK(request.head.find("\r\nContent-Type: application/json") != std::string::npos);
  CHECK(request.head.find("\r\nUser-Agent: inboxd/") != std::string::npos);
  CHECK(request.head.find("Expect") == std::string::npos);
  CHECK(request.body == R"({"text":"ciao"})");
  CHECK(fixture.reports.at(0).code() == "429");
  CHECK(fixture.reports.at(0).origin == provider.server.url());
}

TEST_CASE("every method keeps its name, with and without a body", "[transfers]") {
  const std::string method = GENERATE("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD");
  RecordingServer provider([&](ScriptedConnection& connection, const ScriptedRequest&) {
    connection.answer(200, method == "HEAD" ? "" : "ok");
  });
  Fixture fixture;
  auto transfer = Fixture::get(provider.server.url("/x"));
  transfer.method = method;
  CHECK(fixture.make(transfer).status == 200);
  if (method != "HEAD") {
    transfer.body = connectors::TextBody{"text/plain", "body"};
    CHECK(fixture.make(transfer).status == 200);
    CHECK(provider.requests().at(1).body == "body");
  }
  for (const auto& request : provider.requests()) CHECK(request.head.starts_with(method + " /x HTTP/1.1"));
}

TEST_CASE("blobs are streamed into forms and bodies", "[transfers]") {
  RecordingServer provider(
      [](ScriptedConnection& connection, const ScriptedRequest&) { connection.answer(200, "{}"); });
  Fixture fixture;
  const std::string bytes(5U << 20U, 'b');
  auto transfer = Fixture::post_text(provider.server.url());
  transfer.body = connectors::FormBody{
      {{"chat_id", "7", {}, "", ""}, {"photo", "", fixture.blobs.put(bytes), "a \"b\".png", "image/png"}}};
  CHECK(fixture.make(transfer).status == 200);
  const auto form = provider.requests().at(0);
  CHECK(form.head.find("Content-Type: multipart/form-data; boundary=") != std::string::npos);
  CHECK(form.body.find("name=\"chat_id\"\r\n\r\n7\r\n") != std::string::npos);
  CHECK(form.body.find("Content-Type: image/png\r\n\r\n" + bytes + "\r\n--") != std::string::npos);
  transfer.method = "PUT";
  transfer.body = connectors::BlobBody{fixture.blobs.put(bytes), "image/png"};
  CHECK(fixture.make(transfer).status == 200);
  CHECK(provider.requests().at(1).body == bytes);
  CHECK(provider.requests().at(1).head.starts_with("PUT "));
}

TEST_CASE("a body whose blob is gone sends nothing", "[transfers]") {
  RecordingServer provider([](ScriptedConnection&, const ScriptedRequest&) {});
  Fixture fixture;
  auto transfer = Fixture::post_text(provider.server.url());
  SECTION("form") { transfer.body = connectors::FormBody{{{"file", "", BlobRef{"00", 4}, "a", "b/c"}}}; }
  SECTION("blob") { transfer.body = connectors::BlobBody{BlobRef{"00", 4}, "b/c"}; }
  CHECK(fixture.make(transfer).failure == TransferFailure::blob_gone);
  CHECK(provider.server.connections() == 0);
}

TEST_CASE("an answer goes into a blob when it is what was asked for, an error into memory", "[transfers]") {
  RecordingServer provider([](ScriptedConnection& connection, const ScriptedRequest& request) {
    if (request.head.starts_with("GET /missing")) return connection.answer(404, "no such file");
    connection.answer(200, request.head.starts_with("GET /empty") ? "" : "bytes");
  });
  Fixture fixture;
  auto transfer = Fixture::get(provider.server.url("/file"));
  transfer.response_target = connectors::ResponseTarget::blob;
  auto exchange = fixture.make(transfer);
  REQUIRE(exchange.blob);
  CHECK(fixture.blobs.get(exchange.blob->hash) == "bytes");
  CHECK(exchange.body.empty());
  transfer.url = provider.server.url("/missing");
  exchange = fixture.make(transfer);
  CHECK_FALSE(exchange.blob);
  CHECK(exchange.body == "no such file");
  transfer.url = provider.server.url("/empty");
  REQUIRE(fixture.make(transfer).blob);
  fixture.blobs.fill_disk();
  transfer.url = provider.server.url("/file");
  exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::lost);
  CHECK_FALSE(exchange.blob);
}

TEST_CASE("an answer beyond its limit is too large, in memory and in a blob, announced or not", "[transfers]") {
  const bool chunked = GENERATE(false, true);
  const auto target = GENERATE(connectors::ResponseTarget::memory, connectors::ResponseTarget::blob);
  RecordingServer provider([&](ScriptedConnection& connection, const ScriptedRequest&) {
    if (!chunked) return connection.answer(200, std::string(1001, 'x'));
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 11; ++i) connection.write("64\r\n" + std::string(100, 'x') + "\r\n");
    connection.write("0\r\n\r\n");
  });
  Fixture fixture;
  auto transfer = Fixture::get(provider.server.url());
  transfer.response_target = target;
  transfer.response_bytes_max = 1000;
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::too_large);
  CHECK(exchange.status == 200);
  CHECK(fixture.blobs.count() == 0);
  transfer.response_bytes_max = 1100;
  CHECK(fixture.make(transfer).failure == TransferFailure::none);
}

TEST_CASE("headers without end are too large", "[transfers]") {
  RecordingServer provider([](ScriptedConnection& connection, const ScriptedRequest&) {
    connection.write("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 400; ++i) connection.write("X-Long: " + std::string(1000, 'x') + "\r\n");
    connection.write("\r\n");
  });
  Fixture fixture;
  CHECK(fixture.make(Fixture::get(provider.server.url())).failure == TransferFailure::too_large);
}

TEST_CASE("redirects are followed when asked, to the same origin only, a bounded number of times", "[transfers]") {
  RecordingServer other(
      [](ScriptedConnection& connection, const ScriptedRequest&) { connection.answer(200, "stolen"); });
  RecordingServer provider([&](ScriptedConnection& connection, const ScriptedRequest& request) {
    if (request.head.starts_with("GET /final")) return connection.answer(200, "here");
    if (request.head.starts_with("GET /away"))
      return connection.answer(302, "", "Location: " + other.server.url("/x") + "\r\n");
    if (request.head.starts_with("GET /loop")) return connection.answer(302, "", "Location: /loop\r\n");
    connection.answer(302, "", "Location: /final\r\n");
  });
  Fixture fixture;
  auto transfer = Fixture::get(provider.server.url("/start"));
  transfer.headers = {{"Authorization", "Bearer x"}};
  const Reach both{{provider.server.url(), other.server.url()}, {}};
  CHECK(fixture.make(transfer, both).status == 302);
  transfer.follow_redirects = true;
  CHECK(fixture.make(transfer, both).body == "here");
  transfer.url = provider.server.url("/away");
  CHECK(fixture.make(transfer, both).status == 302);
  CHECK(other.requests().empty());
  transfer.url = provider.server.url("/loop");
  CHECK(fixture.make(transfer, both).status == 302);
  CHECK(provider.requests().size() == 1 + 2 + 1 + 6);
}

TEST_CASE("repeatable requests share kept connections", "[transfers]") {
  RecordingServer provider([](ScriptedConnection& connection, const ScriptedRequest&) { connection.answer(200, ""); });
  Fixture fixture;
  for (int i = 0; i < 3; ++i) CHECK(fixture.make(Fixture::get(provider.server.url())).status == 200);
  CHECK(provider.server.connections() == 1);
}

TEST_CASE("no proxy of the environment and no cookie is used", "[transfers]") {
  RecordingServer provider([](ScriptedConnection& connection, const ScriptedRequest&) {
    connection.answer(200, "", "Set-Cookie: a=b; Path=/\r\n");
  });
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  Fixture fixture;
  for (int i = 0; i < 2; ++i) CHECK(fixture.make(Fixture::get(provider.server.url())).status == 200);
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  CHECK(provider.requests().at(1).head.find("Cookie") == std::string::npos);
}

TEST_CASE("a host that hangs holds up no other, and its own later requests end as not sent", "[transfers]") {
  ScriptedServer hanging([](ScriptedConnection& connection) { connection.wait_until_closed(); });
  RecordingServer provider([](ScriptedConnection& connection, const ScriptedRequest&) { connection.answer(200, ""); });
  CurlOptions options;
  options.running_per_host_max = 2;
  Fixture fixture(options);
  std::vector<std::size_t> stuck;
  for (int i = 0; i < 4; ++i) {
    auto transfer = Fixture::post_text(hanging.url());
    transfer.timeout = i < 2 ? Milliseconds{20'000} : Milliseconds{100};
    stuck.push_back(fixture.begin(transfer));
  }
  CHECK(fixture.make(Fixture::post_text(provider.server.url())).status == 200);
  CHECK(fixture.await(stuck[2]).failure == TransferFailure::not_sent);
  CHECK(fixture.await(stuck[3]).failure == TransferFailure::not_sent);
  CHECK(hanging.connections() == 2);
  CHECK_FALSE(fixture.answers[stuck[0]]);
  fixture.transfers->stop();
  CHECK(fixture.await(stuck[0]).failure == TransferFailure::lost);
  CHECK(fixture.await(stuck[1]).failure == TransferFailure::lost);
}

TEST_CASE("beyond the bound of waiting transfers a new one ends at once", "[transfers]") {
  ScriptedServer hanging([](ScriptedConnection& connection) { connection.wait_until_closed(); });
  CurlOptions options;
  options.running_max = 1;
  options.waiting_max = 2;
  Fixture fixture(options);
  for (int i = 0; i < 4; ++i) fixture.begin(Fixture::post_text(hanging.url()));
  CHECK(fixture.make(Fixture::post_text(hanging.url())).failure == TransferFailure::not_sent);
  fixture.transfers->stop();
}

TEST_CASE("many transfers at once each get their own answer", "[transfers]") {
  RecordingServer provider(
      [](ScriptedConnection& connection, const ScriptedRequest& request) { connection.answer(200, request.body); });
  Fixture fixture;
  std::vector<std::size_t> begun;
  for (int i = 0; i < 200; ++i) {
    auto transfer = Fixture::post_text(provider.server.url(), std::to_string(i));
    transfer.repeatable = i % 2 == 0;
    begun.push_back(fixture.begin(std::move(transfer)));
  }
  for (int i = 0; i < 200; ++i) CHECK(fixture.await(begun[static_cast<std::size_t>(i)]).body == std::to_string(i));
  CHECK(provider.requests().size() == 200);
}

}  // namespace
}  // namespace inboxd::transfers
