// The truth of failures: what certainly did not reach the provider is not_sent, all else without a whole answer is
// lost, and a send is never made twice. Against real servers on loopback that misbehave.
#include <atomic>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/transfers_fixture.hpp"

namespace inboxd::transfers {
namespace {

using connectors::TransferFailure;
using Fixture = TransfersFixture;

int port_without_listener() {
  const ScriptedServer gone([](ScriptedConnection&) {});
  return gone.port();
}

TEST_CASE("a refused connection is not sent", "[transfers]") {
  Fixture fixture;
  const auto url = "http://127.0.0.1:" + std::to_string(port_without_listener()) + "/bot1:secret/sendMessage";
  const auto exchange = fixture.make(Fixture::post_text(url));
  CHECK(exchange.failure == TransferFailure::not_sent);
  CHECK(exchange.label == "send");
  CHECK(exchange.failure_detail.find("secret") == std::string::npos);
  CHECK_FALSE(exchange.failure_detail.empty());
}

TEST_CASE("a TLS handshake that fails or hangs is not sent", "[transfers]") {
  const bool hangs = GENERATE(false, true);
  std::atomic<bool> saw_request{false};
  ScriptedServer server([&](ScriptedConnection& connection) {
    if (hangs) return connection.wait_until_closed();
    connection.write("HTTP/1.1 400 this is no TLS\r\n\r\n");
    saw_request = connection.read_head();
  });
  Fixture fixture;
  auto transfer = Fixture::post_text("https://127.0.0.1:" + std::to_string(server.port()) + "/x");
  transfer.timeout = Milliseconds{1'000};
  CHECK(fixture.make(transfer).failure == TransferFailure::not_sent);
  CHECK(server.connections() == 1);
  CHECK_FALSE(saw_request);
}

TEST_CASE("a request that left and got no whole answer is lost", "[transfers]") {
  const auto* answer = GENERATE("", "garbage without end", "\x16\x03\x01\x02", "HTTP/1.1 200 OK\r\nContent-Le",
                                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                                "HTTP/1.1 100 Continue\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n");
  INFO(answer);
  const bool repeatable = GENERATE(false, true);
  std::atomic<int> requests{0};
  ScriptedServer server([&](ScriptedConnection& connection) {
    if (!connection.read_request()) return;
    ++requests;
    connection.write(answer);
  });
  Fixture fixture;
  auto transfer = Fixture::post_text(server.url("/bot1:secret/sendMessage"));
  transfer.repeatable = repeatable;
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::lost);
  CHECK(exchange.failure_detail.find("secret") == std::string::npos);
  CHECK(requests == 1);
}

TEST_CASE("a server that hangs after the request: lost, when the time is over", "[transfers]") {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.read_request();
    connection.wait_until_closed();
  });
  Fixture fixture;
  auto transfer = Fixture::post_text(server.url());
  transfer.timeout = Milliseconds{1'000};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::lost);
  CHECK(fixture.reports.at(0).code() == "lost");
  CHECK(fixture.reports.at(0).duration >= Milliseconds{990});
}

TEST_CASE("a body cut by a hang keeps its status but is lost", "[transfers]") {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    connection.wait_until_closed();
  });
  Fixture fixture;
  auto transfer = Fixture::post_text(server.url());
  transfer.timeout = Milliseconds{1'000};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::lost);
  CHECK(exchange.status == 200);
}

TEST_CASE("a server that accepts and closes at once never counts as answered", "[transfers]") {
  const bool reset = GENERATE(false, true);
  ScriptedServer server([&](ScriptedConnection& connection) {
    if (reset) connection.reset_on_close();
  });
  Fixture fixture;
  for (int i = 0; i < 10; ++i) {
    const auto failure = fixture.make(Fixture::post_text(server.url())).failure;
    CHECK((failure == TransferFailure::lost || failure == TransferFailure::not_sent));
  }
  CHECK(server.connections() == 10);
}

TEST_CASE("a send is made once though the server closes kept connections after reading", "[transfers]") {
  std::atomic<int> sends{0};
  ScriptedServer server([&](ScriptedConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (request->head.starts_with("POST")) {
        ++sends;
        return;
      }
      connection.answer(200, "kept alive");
    }
  });
  Fixture fixture;
  REQUIRE(fixture.make(Fixture::get(server.url())).status == 200);
  CHECK(fixture.make(Fixture::post_text(server.url())).failure == TransferFailure::lost);
  CHECK(sends == 1);
  CHECK(server.connections() == 2);
}

TEST_CASE("an early refusal of a large body is the answer", "[transfers]") {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.read_head();
    connection.answer(413, "too large", "Connection: close\r\n");
    connection.wait_until_closed();
  });
  Fixture fixture;
  auto transfer = Fixture::post_text(server.url());
  transfer.body = connectors::BlobBody{fixture.blobs.put(std::string(8U << 20U, 'x')), "video/mp4"};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::none);
  CHECK(exchange.status == 413);
  CHECK(exchange.body == "too large");
}

TEST_CASE("an early refusal with an abrupt close is that answer or lost, never not sent", "[transfers]") {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.read_head();
    connection.answer(413, "too large");
  });
  Fixture fixture;
  auto transfer = Fixture::post_text(server.url());
  transfer.body = connectors::BlobBody{fixture.blobs.put(std::string(8U << 20U, 'x')), "video/mp4"};
  const auto exchange = fixture.make(transfer);
  CHECK((exchange.status == 413 || exchange.failure == TransferFailure::lost));
  CHECK(exchange.failure != TransferFailure::not_sent);
}

TEST_CASE("what is not a proper request is not sent", "[transfers]") {
  ScriptedServer server([](ScriptedConnection&) {});
  Fixture fixture;
  auto transfer = Fixture::post_text(server.url());
  SECTION("header with a line end") { transfer.headers = {{"x-a", "b\r\nx-c: d"}}; }
  SECTION("header name with a colon") { transfer.headers = {{"x:a", "b"}}; }
  SECTION("content type with a line end") { transfer.body = connectors::TextBody{"a/b\r\nx: y", ""}; }
  SECTION("method with a space") { transfer.method = "GET /x"; }
  SECTION("another scheme") { transfer.url = "file:///etc/passwd"; }
  CHECK(fixture.make(transfer).failure == TransferFailure::not_sent);
  CHECK(server.connections() == 0);
}

TEST_CASE("the guard lets nothing through to a host that is none of the inbox's", "[transfers]") {
  ScriptedServer server([](ScriptedConnection&) {});
  Fixture fixture;
  const Reach reach{{"https://api.example.com"}, {"localhost", "127.0.0.1"}};
  CHECK(fixture.make(Fixture::get(server.url("/secret")), reach).failure == TransferFailure::not_sent);
  for (const auto* url : {"https://localhost/secret", "https://127.0.0.1/secret"}) {
    const auto exchange = fixture.make(Fixture::get(url), reach);
    CHECK(exchange.failure == TransferFailure::not_sent);
    CHECK(exchange.failure_detail.find("not a public address") != std::string::npos);
    CHECK(exchange.failure_detail.find("secret") == std::string::npos);
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("at shutdown every transfer ends, with what is true of it", "[transfers]") {
  std::atomic<bool> read{false};
  ScriptedServer server([&](ScriptedConnection& connection) {
    if (connection.read_request()) read = true;
    connection.wait_until_closed();
  });
  ScriptedServer mute([](ScriptedConnection& connection) { connection.wait_until_closed(); });
  CurlOptions options;
  options.running_per_host_max = 1;
  Fixture fixture(options);
  const auto under_way = fixture.begin(Fixture::post_text(server.url()));
  const auto waiting = fixture.begin(Fixture::post_text(server.url("/second")));
  const auto in_handshake =
      fixture.begin(Fixture::post_text("https://127.0.0.1:" + std::to_string(mute.port()) + "/x"));
  while (!read || mute.connections() == 0) std::this_thread::yield();
  fixture.transfers->stop();
  CHECK(fixture.await(under_way).failure == TransferFailure::lost);
  CHECK(fixture.await(waiting).failure == TransferFailure::not_sent);
  CHECK(fixture.await(in_handshake).failure == TransferFailure::not_sent);
  CHECK(fixture.make(Fixture::post_text(server.url())).failure == TransferFailure::not_sent);
}

}  // namespace
}  // namespace inboxd::transfers
