// The WebSocket side of the server, with a client that writes frames by hand (RFC 6455).
#include "daemon/http/live_socket.hpp"

#include "daemon/http/live_frame.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_server.hpp"

using namespace inboxd;
using namespace inboxd::http;
using namespace inboxd::http::test;

namespace {

struct Seen {
  std::promise<LiveConnection*> opened;
  std::promise<void> closed;
  std::promise<void> destroyed;
  std::atomic<int> alive{0};
  std::atomic<int> drained{0};
};

/// Echoes; "close" closes 4000, "many" sends a hundred frames, "throw" throws.
std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

class EchoSession final : public LiveSession {
 public:
  EchoSession(LiveConnection& connection, Seen& seen) : connection_(connection), seen_(seen) {
    seen_.opened.set_value(&connection);
  }
  ~EchoSession() override { seen_.destroyed.set_value(); }
  void on_text(std::string_view text) override {
    if (text == "close") return connection_.close(4000, "restart");
    if (text == "throw") throw std::runtime_error("broken session");
    if (text == "many")
      for (int i = 0; i < 100; ++i) connection_.send("prefix ", shared(std::to_string(i)));
    connection_.send("echo:", shared(std::string(text)));
  }
  void on_drained() override { ++seen_.drained; }
  void on_alive() override { ++seen_.alive; }
  void on_closed() override { seen_.closed.set_value(); }

 private:
  LiveConnection& connection_;
  Seen& seen_;
};

struct Frame {
  unsigned char first = 0;
  std::string payload;
  [[nodiscard]] int code() const {
    return static_cast<unsigned char>(payload.at(0)) * 256 + static_cast<unsigned char>(payload.at(1));
  }
};

class LiveClient : public Client {
 public:
  explicit LiveClient(std::uint16_t port) : Client(port) {}

  static std::string upgrade_request(const std::string& headers = "Sec-WebSocket-Protocol: unknown, inboxd.v1\r\n") {
    return "GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           headers + "\r\n";
  }
  Answer upgrade() {
    send(upgrade_request());
    return answer();
  }
  static std::string frame(unsigned char first, std::string payload) {
    std::string out(1, static_cast<char>(first));
    if (payload.size() < 126) {
      out += static_cast<char>(0x80U | payload.size());
    } else if (payload.size() < 65536) {
      out += '\xFE';
      out += static_cast<char>(payload.size() >> 8U);
      out += static_cast<char>(payload.size() & 0xFFU);
    } else {
      out += '\xFF';
      for (int i = 7; i >= 0; --i)
        out += static_cast<char>((payload.size() >> (8U * static_cast<unsigned>(i))) & 0xFFU);
    }
    const std::string mask = "\x11\x22\x33\x44";
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    return out + mask + payload;
  }
  void text(const std::string& payload) { send(frame(0x81, payload)); }
  Frame next() {
    Frame read;
    const std::string head = take(2);
    read.first = static_cast<unsigned char>(head[0]);
    std::uint64_t size = static_cast<unsigned char>(head[1]);
    if (size == 126 || size == 127) {
      const std::string longer = take(size == 126 ? 2 : 8);
      size = 0;
      for (const char c : longer) size = size * 256 + static_cast<unsigned char>(c);
    }
    read.payload = take(size);
    return read;
  }
};

struct LiveServer : TestServer {
  Seen seen;
  LiveOptions live{{"inboxd.v1"}, 65536, 4413, 4400};

  void open() {
    router.add_live("/live", live, [this](const Request& request) {
      LiveVerdict verdict;
      if (request.query == "refuse") {
        verdict.refuse = problem(forbidden("Not you."));
        return verdict;
      }
      verdict.accept = [this](LiveConnection& connection) { return std::make_unique<EchoSession>(connection, seen); };
      return verdict;
    });
    REQUIRE(start());
  }
  ~LiveServer() { stop(); }
};

}  // namespace

TEST_CASE("an upgrade chooses the subprotocol and text goes both ways") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  const Answer answer = client.upgrade();
  CHECK(answer.status == 101);
  CHECK(answer.has("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  CHECK(answer.has("Sec-WebSocket-Protocol: inboxd.v1\r\n"));
  CHECK(answer.has("Server: inboxd\r\n"));
  client.text("hello");
  const Frame echo = client.next();
  CHECK(echo.first == 0x81);
  CHECK(echo.payload == "echo:hello");
}

TEST_CASE("frames that arrive together with the upgrade are not lost") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.send(LiveClient::upgrade_request() + LiveClient::frame(0x81, "early"));
  CHECK(client.answer().status == 101);
  CHECK(client.next().payload == "echo:early");
}

TEST_CASE("no known subprotocol, no upgrade, and a refusal are answered over HTTP") {
  LiveServer server;
  server.open();
  for (const char* offer : {"Sec-WebSocket-Protocol: other\r\n", ""}) {
    LiveClient client(server.port());
    client.send(LiveClient::upgrade_request(offer));
    CHECK(client.answer().status == 400);
  }
  const Answer plain = Client(server.port()).get("/live");
  CHECK(plain.status == 426);
  CHECK(plain.has("upgrade: websocket\r\n"));
  CHECK(Client(server.port()).post("/live", "").status == 405);
  const Answer refused = Client(server.port())
                             .get("/live?refuse",
                                  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Protocol: inboxd.v1\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  CHECK(refused.status == 403);
}

TEST_CASE("fragments are joined, with a ping between them answered") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  client.send(LiveClient::frame(0x01, "one ") + LiveClient::frame(0x89, "are you there") +
              LiveClient::frame(0x00, "two ") + LiveClient::frame(0x80, "three"));
  const Frame pong = client.next();
  CHECK(pong.first == 0x8A);
  CHECK(pong.payload == "are you there");
  CHECK(client.next().payload == "echo:one two three");
  CHECK(server.seen.alive >= 2);
}

TEST_CASE("frames sent in one turn leave together and in order") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  client.text("many");
  for (int i = 0; i < 100; ++i) CHECK(client.next().payload == "prefix " + std::to_string(i));
  CHECK(client.next().payload == "echo:many");
  CHECK(server.on_net([&server] { return server.seen.drained.load(); }) <= 3);
}

TEST_CASE("frames of every length encoding arrive whole") {
  LiveServer server;
  server.live.frame_max = 1U << 20U;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  for (const std::size_t size : {0U, 120U, 121U, 65530U, 65531U, 300'000U}) {
    client.text(std::string(size, 'a'));
    CHECK(client.next().payload == "echo:" + std::string(size, 'a'));
  }
}

TEST_CASE("what may not be sent is closed with the route's codes") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  int code = 4400;
  SECTION("binary") { client.send(LiveClient::frame(0x82, "bytes")); }
  SECTION("not UTF-8") { client.text("\xFF\xFE"); }
  SECTION("a reserved opcode") { client.send(LiveClient::frame(0x83, "x")); }
  SECTION("not masked") { client.send(std::string("\x81\x01x")); }
  SECTION("too large, in one frame") {
    client.text(std::string(70'000, 'a'));
    code = 4413;
  }
  SECTION("too large, in fragments") {
    client.send(LiveClient::frame(0x01, std::string(40'000, 'a')) + LiveClient::frame(0x00, std::string(40'000, 'a')));
    code = 4413;
  }
  const Frame close = client.next();
  CHECK(close.first == 0x88);
  CHECK(close.code() == code);
  client.close();
  server.seen.destroyed.get_future().get();
}

TEST_CASE("the application's close is sent once, and the session ends when the peer answers") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  client.text("close");
  const Frame close = client.next();
  CHECK(close.code() == 4000);
  CHECK(close.payload.substr(2) == "restart");
  client.send(LiveClient::frame(0x88, close.payload));
  CHECK(client.at_end());
  CHECK(client.input.empty());
  server.seen.closed.get_future().get();
  server.seen.destroyed.get_future().get();
}

TEST_CASE("a peer that does not answer a close is cut after the time-out") {
  LiveServer server;
  server.options.timeouts.live_close = Milliseconds{60};
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  client.text("close");
  CHECK(client.next().code() == 4000);
  CHECK(client.at_end());
  server.seen.destroyed.get_future().get();
}

TEST_CASE("a peer's close is answered with its code") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  client.send(LiveClient::frame(0x88, std::string("\x03\xE8", 2)));
  CHECK(client.next().code() == 1000);
  CHECK(client.at_end());
  server.seen.destroyed.get_future().get();
  server.wait_until_empty();
}

TEST_CASE("a session that throws is reported and closed") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  client.text("throw");
  CHECK(client.next().code() == 1011);
  REQUIRE(server.reports().size() == 1);
  CHECK(server.reports()[0].find("broken session") != std::string::npos);
}

TEST_CASE("a client that never reads is seen in unsent and costs the others nothing") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  LiveConnection* const connection = server.seen.opened.get_future().get();
  const std::string body(100'000, 'b');
  std::size_t unsent = 0;
  for (int i = 0; i < 200; ++i)
    unsent = server.on_net([&] { return connection->send("", shared(body)), connection->unsent(); });
  CHECK(unsent > 1'000'000);
  const std::uint64_t before = server.on_net([&] { return connection->written(); });
  CHECK(Client(server.port()).get("/nothing").status == 404);
  for (int i = 0; i < 200; ++i) CHECK(client.next().payload.size() == body.size());
  CHECK(server.on_net([&] { return connection->written(); }) > before);
  CHECK(server.on_net([&] { return connection->unsent(); }) == 0);
}

TEST_CASE("a client that sends pings and reads nothing is no longer read") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  LiveConnection* const connection = server.seen.opened.get_future().get();
  // Fills the kernel's buffers, so that pongs stay in the queue.
  server.on_net([&] { connection->send("", shared(std::string(20'000'000, 'b'))); });
  const std::size_t before = server.on_net([&] { return connection->unsent(); });
  for (int i = 0; i < 2000; ++i) client.send(LiveClient::frame(0x89, std::string(100, 'p')));
  const std::size_t after = server.on_net([&] { return connection->unsent(); });
  CHECK(after < before + 64 * 1024);
}

TEST_CASE("drain waits for live connections that the application closes") {
  LiveServer server;
  server.open();
  LiveClient client(server.port());
  client.upgrade();
  LiveConnection* const connection = server.seen.opened.get_future().get();
  std::promise<void> done;
  server.on_net([&] {
    server.server->drain(Milliseconds{5000}, [&done] { done.set_value(); });
    connection->close(4000, "restart");
  });
  CHECK(client.next().code() == 4000);
  client.close();
  done.get_future().get();
}

TEST_CASE("close frames hold a cut reason and are told from others") {
  const std::string frame = close_frame(4001, std::string(122, 'a') + "\xC3\xA8");
  CHECK(frame.size() == 2 + 2 + 122);
  CHECK(close_code(frame) == 4001);
  CHECK_FALSE(close_code("\x8A\x00"));
  CHECK(close_code(std::string("\x88\x00", 2)) == 1005);
}
