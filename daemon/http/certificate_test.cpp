// TLS with a certificate made on the spot: handshake, ALPN, a WebSocket's worth of data, reload, refusals.
#include "daemon/http/certificate.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <openssl/ssl.h>

#include "tests/support/catch.hpp"
#include "tests/support/test_server.hpp"

using namespace inboxd;
using namespace inboxd::http;
using namespace inboxd::http::test;

namespace {

class CertificateFolder {
 public:
  CertificateFolder() : path_(std::filesystem::temp_directory_path() / ("inboxd-tls-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~CertificateFolder() { std::filesystem::remove_all(path_); }
  CertificateFolder(const CertificateFolder&) = delete;
  CertificateFolder& operator=(const CertificateFolder&) = delete;

  void make(const std::string& name, const std::string& subject) const {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + subject +
        " -keyout " + file(name + ".key") + " -out " + file(name + ".pem") + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int version_max = TLS1_3_VERSION) : plain_(port) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    SSL_CTX_set_security_level(context_.get(), 0);
    session_.reset(SSL_new(context_.get()));
    SSL_set_alpn_protos(session_.get(), reinterpret_cast<const unsigned char*>("\x02h2\x08http/1.1"), 12);
    SSL_set_fd(session_.get(), plain_.descriptor());
    connected = SSL_connect(session_.get()) == 1;
  }

  std::string get(const std::string& target) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    SSL_write(session_.get(), request.data(), static_cast<int>(request.size()));
    std::string read;
    char piece[16384];
    int size = 0;
    while ((size = SSL_read(session_.get(), piece, sizeof piece)) > 0)
      read.append(piece, static_cast<std::size_t>(size));
    ended_cleanly = SSL_get_error(session_.get(), size) == SSL_ERROR_ZERO_RETURN;
    return read;
  }
  std::string subject() {
    const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(session_.get()), &X509_free);
    char name[128] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name, sizeof name);
    return name;
  }
  std::string protocol() {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(session_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }

  bool connected = false;
  bool ended_cleanly = false;

 private:
  Client plain_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> session_{nullptr, &SSL_free};
};

}  // namespace

TEST_CASE("with a certificate the main listener speaks TLS 1.2 and up with ALPN, and reloads it") {
  const CertificateFolder folder;
  folder.make("a", "first");
  TestServer test;
  test.options.tls_certificate = folder.file("a.pem");
  test.options.tls_key = folder.file("a.key");
  test.options.listeners.push_back({Listener::metrics, "127.0.0.1:0", {}});
  const std::string body(3'000'000, 'b');
  test.router.add("GET", "/large", {}, [&body](Request, Responder respond) { respond(json(200, body)); });
  REQUIRE(test.start());
  TlsClient client(test.port());
  REQUIRE(client.connected);
  CHECK(client.subject() == "first");
  CHECK(client.protocol() == "http/1.1");
  const std::string answer = client.get("/large");
  CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == body);
  CHECK(client.ended_cleanly);
  CHECK(TlsClient(test.port(), TLS1_2_VERSION).connected);
  CHECK_FALSE(TlsClient(test.port(), TLS1_1_VERSION).connected);
  CHECK(Client(test.port(Listener::metrics)).get("/none").status == 404);

  folder.make("a", "second");
  const ServerReload fresh{test.options.tls_certificate, test.options.tls_key, {}, 10'000};
  const auto apply = test.on_net([&] { return test.server->prepare(fresh); });
  REQUIRE(apply);
  CHECK(TlsClient(test.port()).subject() == "first");
  test.on_net([&apply] {
    (*apply)();
    return 0;
  });
  CHECK(TlsClient(test.port()).subject() == "second");
  std::ofstream(folder.file("a.pem")) << "broken";
  CHECK_FALSE(test.on_net([&] { return test.server->prepare(fresh); }));
  CHECK(TlsClient(test.port()).subject() == "second");
}

TEST_CASE("plain bytes at a TLS listener end that connection only") {
  const CertificateFolder folder;
  folder.make("a", "host");
  TestServer test;
  test.options.tls_certificate = folder.file("a.pem");
  test.options.tls_key = folder.file("a.key");
  REQUIRE(test.start());
  Client plain(test.port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(plain.at_end());
  CHECK(TlsClient(test.port()).connected);
}

TEST_CASE("certificates that cannot be used are refused with their file") {
  const CertificateFolder folder;
  folder.make("a", "a");
  folder.make("b", "b");
  const auto refusal = [&folder](const std::string& certificate, const std::string& key) {
    const auto loaded = load_certificate(folder.file(certificate), folder.file(key));
    return loaded ? std::string() : loaded.error().detail;
  };
  CHECK(refusal("a.pem", "a.key").empty());
  CHECK(refusal("none.pem", "a.key").find("none.pem") != std::string::npos);
  CHECK(refusal("a.pem", "b.key").find("b.key") != std::string::npos);
  TestServer half;
  half.options.tls_certificate = folder.file("a.pem");
  CHECK_FALSE(half.start());
}
