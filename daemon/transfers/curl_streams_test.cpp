// Kept connections by libcurl against a server on loopback: login, bytes to and fro, pauses, refusals, the end.
#include "daemon/transfers/curl_streams.hpp"

#include <array>
#include <atomic>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/transfers_fixture.hpp"

namespace inboxd::transfers {
namespace {

/// Reads to the end of a line; empty when the peer is gone.
std::string read_line(const ScriptedConnection& connection) {
  std::string line;
  for (char c = 0; c != '\n'; line += c)
    if (::recv(connection.socket(), &c, 1, 0) != 1) return {};
  return line;
}

/// Speaks as much of RFC 3501 as a login needs: `password` is right; then `serve` has the connection.
ScriptedServer::Handler imap(const std::string& password, std::function<void(ScriptedConnection&)> serve) {
  return [password, serve = std::move(serve)](ScriptedConnection& connection) {
    connection.write("* OK ready\r\n");
    for (auto line = read_line(connection); !line.empty(); line = read_line(connection)) {
      const auto tag = line.substr(0, line.find(' '));
      if (line.find("CAPABILITY") != std::string::npos) {
        connection.write("* CAPABILITY IMAP4rev1\r\n" + tag + " OK\r\n");
      } else if (line.find("LOGIN") != std::string::npos && line.find(password) != std::string::npos) {
        connection.write(tag + " OK\r\n");
        return serve(connection);
      } else {
        connection.write(tag + " NO wrong password\r\n");
      }
    }
  };
}

struct Fixture {
  explicit Fixture(const ScriptedServer& server)
      : url("imap://127.0.0.1:" + std::to_string(server.port())), reach{{url}, {}} {}

  void connect(const std::string& password, bool tls_required = false) {
    connectors::StreamEndpoint endpoint{"INBOX", url, connectors::Login{"anna", password, {}}, {}};
    endpoint.tls.required = tls_required;
    connection = streams.connect(endpoint, reach,
                                 {[this] { connected = true; }, [this](const std::string& bytes) { received += bytes; },
                                  [this](const StreamClosed& how) { closed = how; }});
  }
  bool until(const std::function<bool()>& done) { return net.run_until(done); }

  std::string url;
  Reach reach;
  PostedWork net;
  bool connected = false;
  std::string received;
  std::optional<StreamClosed> closed;
  CurlStreams streams{[this](std::function<void()> work) { net.post(std::move(work)); }};
  std::unique_ptr<StreamConnection> connection;
};

TEST_CASE("after the login bytes go to and fro, until the server closes", "[streams]") {
  const ScriptedServer server(imap("secret", [](ScriptedConnection& connection) {
    if (read_line(connection) == "a IDLE\r\n") connection.write("+ idling\r\n* 3 EXISTS\r\n");
    read_line(connection);
  }));
  Fixture fixture(server);
  fixture.connect("secret");
  REQUIRE(fixture.until([&] { return fixture.connected; }));
  fixture.connection->write("a IDLE\r\n");
  REQUIRE(fixture.until([&] { return fixture.received == "+ idling\r\n* 3 EXISTS\r\n"; }));
  fixture.connection->write("DONE\r\n");
  REQUIRE(fixture.until([&] { return fixture.closed.has_value(); }));
  CHECK(fixture.closed->by == ClosedBy::failure);
}

TEST_CASE("a refused login is told as one, and without the password", "[streams]") {
  const ScriptedServer server(imap("secret", [](ScriptedConnection&) {}));
  Fixture fixture(server);
  fixture.connect("mistaken");
  REQUIRE(fixture.until([&] { return fixture.closed.has_value(); }));
  CHECK(fixture.closed->by == ClosedBy::login_refused);
  CHECK(fixture.closed->why.find("mistaken") == std::string::npos);
  CHECK_FALSE(fixture.connected);
}

TEST_CASE("a server that offers no login that fits is a refused login, in words", "[streams]") {
  const ScriptedServer server([](ScriptedConnection& connection) {
    connection.write("* OK ready\r\n");
    for (auto line = read_line(connection); !line.empty(); line = read_line(connection))
      connection.write("* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=GSSAPI\r\n" + line.substr(0, line.find(' ')) +
                       " OK\r\n");
  });
  Fixture fixture(server);
  fixture.connect("secret");
  REQUIRE(fixture.until([&] { return fixture.closed.has_value(); }));
  CHECK(fixture.closed->by == ClosedBy::login_refused);
  CHECK(fixture.closed->why.starts_with("the server offers no way to log in that fits"));
}

TEST_CASE("what is paused is not read: the server waits, and nothing is lost", "[streams]") {
  constexpr std::size_t sent = 24U << 20U;
  std::atomic<bool> all_sent{false};
  const ScriptedServer server(imap("secret", [&](ScriptedConnection& connection) {
    read_line(connection);
    connection.write(std::string(sent, 'x'));
    all_sent = true;
    connection.write("end");
    connection.wait_until_closed();
  }));
  Fixture fixture(server);
  fixture.connect("secret");
  REQUIRE(fixture.until([&] { return fixture.connected; }));
  fixture.connection->write("go\r\n");
  REQUIRE(fixture.until([&] { return !fixture.received.empty(); }));
  fixture.connection->pause();
  CHECK_FALSE(all_sent);
  fixture.connection->resume();
  REQUIRE(fixture.until([&] { return fixture.received.ends_with("end"); }));
  CHECK(fixture.received.size() == sent + 3);
}

TEST_CASE("a goodbye still leaves when the connection is dropped", "[streams]") {
  std::string goodbye;
  {
    const ScriptedServer server(
        imap("secret", [&](ScriptedConnection& connection) { goodbye = read_line(connection); }));
    Fixture fixture(server);
    fixture.connect("secret");
    REQUIRE(fixture.until([&] { return fixture.connected; }));
    fixture.connection->write("a LOGOUT\r\n");
    fixture.connection.reset();
    fixture.streams.stop();
  }
  CHECK(goodbye == "a LOGOUT\r\n");
}

TEST_CASE("nothing is connected that no base URL names, or without the TLS that was asked for", "[streams]") {
  std::atomic<int> logins{0};
  const ScriptedServer server(imap("secret", [&](ScriptedConnection&) { ++logins; }));
  Fixture elsewhere(server);
  elsewhere.reach.base_urls = {"imaps://127.0.0.1:" + std::to_string(server.port()), "https://127.0.0.1"};
  elsewhere.connect("secret");
  REQUIRE(elsewhere.until([&] { return elsewhere.closed.has_value(); }));
  CHECK(elsewhere.closed->why.starts_with("refused"));
  CHECK(server.connections() == 0);
  Fixture plain(server);
  plain.connect("secret", true);
  REQUIRE(plain.until([&] { return plain.closed.has_value(); }));
  CHECK_FALSE(plain.connected);
  CHECK(logins == 0);
  plain.streams.stop();
  plain.closed.reset();
  plain.connect("secret");
  REQUIRE(plain.until([&] { return plain.closed.has_value(); }));
}

}  // namespace
}  // namespace inboxd::transfers
