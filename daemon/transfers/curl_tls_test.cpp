// Requests over TLS: trusted by a given CA only, counted as left or not as over plain connections.
#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/transfers_fixture.hpp"

namespace inboxd::transfers {
namespace {

using connectors::TransferFailure;
using Fixture = TransfersFixture;

template <class T, void (*Free)(T*)>
struct FreeOpenSsl {
  void operator()(T* object) const { Free(object); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, FreeOpenSsl<T, Free>>;

/// A server's identity for 127.0.0.1, signed by itself, and its certificate in a file.
class Identity {
 public:
  Identity() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    X509_set_version(certificate_.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -86'400);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 86'400);
    X509_set_pubkey(certificate_.get(), key_.get());
    X509_NAME* name = X509_get_subject_name(certificate_.get());
    std::string common_name = "127.0.0.1";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char*>(common_name.data()), -1, -1,
                               0);
    X509_set_issuer_name(certificate_.get(), name);
    const Owned<X509_EXTENSION, X509_EXTENSION_free> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
    X509_add_ext(certificate_.get(), names.get(), -1);
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    save();
  }
  ~Identity() { std::filesystem::remove(file_); }
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  [[nodiscard]] std::string file() const { return file_; }
  [[nodiscard]] Owned<SSL_CTX, SSL_CTX_free> context() const {
    Owned<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), certificate_.get());
    SSL_CTX_use_PrivateKey(context.get(), key_.get());
    return context;
  }

 private:
  void save() {
    file_ = (std::filesystem::temp_directory_path() / "inboxd-ca-XXXXXX").string();
    std::FILE* file = ::fdopen(::mkstemp(file_.data()), "w");
    PEM_write_X509(file, certificate_.get());
    std::fclose(file);
  }

  Owned<EVP_PKEY, EVP_PKEY_free> key_;
  Owned<X509, X509_free> certificate_;
  std::string file_;
};

/// Reads one request over TLS, then writes `answer`; counts the requests read.
class TlsServer {
 public:
  explicit TlsServer(const Identity& identity, std::string answer)
      : context_(identity.context()), answer_(std::move(answer)), server([this](ScriptedConnection& connection) {
          sigset_t pipe;
          sigemptyset(&pipe);
          sigaddset(&pipe, SIGPIPE);
          pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
          const Owned<SSL, SSL_free> tls(SSL_new(context_.get()));
          SSL_set_fd(tls.get(), connection.socket());
          if (SSL_accept(tls.get()) != 1) return;
          serve(*tls);
        }) {}

  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(server.port()) + "/x"; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void serve(SSL& tls) {
    std::string request;
    while (request.find("\r\n\r\n") == std::string::npos) {
      std::array<char, 4096> chunk{};
      const int got = SSL_read(&tls, chunk.data(), static_cast<int>(chunk.size()));
      if (got <= 0) return;
      request.append(chunk.data(), static_cast<std::size_t>(got));
    }
    ++requests_;
    if (!answer_.empty()) SSL_write(&tls, answer_.data(), static_cast<int>(answer_.size()));
    SSL_shutdown(&tls);
  }

  Owned<SSL_CTX, SSL_CTX_free> context_;
  std::string answer_;
  std::atomic<int> requests_{0};

 public:
  ScriptedServer server;  // last: its threads use what is above
};

CurlOptions trusting(const Identity& identity) {
  CurlOptions options;
  options.tls_ca_file = identity.file();
  return options;
}

TEST_CASE("over TLS a whole answer comes back, for sends and for repeatable requests", "[transfers][tls]") {
  const Identity identity;
  TlsServer provider(identity, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  Fixture fixture(trusting(identity));
  for (int i = 0; i < 3; ++i) {
    CHECK(fixture.make(Fixture::post_text(provider.url())).body == "ok");
    CHECK(fixture.make(Fixture::get(provider.url())).body == "ok");
  }
  CHECK(provider.requests() == 6);
}

TEST_CASE("a certificate that is not trusted: nothing is sent", "[transfers][tls]") {
  const Identity identity;
  const Identity other;
  TlsServer provider(identity, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const bool system_trust = GENERATE(false, true);
  Fixture fixture(system_trust ? CurlOptions{} : trusting(other));
  CHECK(fixture.make(Fixture::post_text(provider.url())).failure == TransferFailure::not_sent);
  CHECK(provider.requests() == 0);
}

TEST_CASE("over TLS a request read but not answered is lost, and made once", "[transfers][tls]") {
  const Identity identity;
  const auto* answer = GENERATE("", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
  TlsServer provider(identity, answer);
  Fixture fixture(trusting(identity));
  CHECK(fixture.make(Fixture::post_text(provider.url())).failure == TransferFailure::lost);
  CHECK(provider.requests() == 1);
}

TEST_CASE("a provider that hangs up on a large upload over TLS ends only that transfer", "[transfers][tls]") {
  const Identity identity;
  TlsServer provider(identity, "");
  Fixture fixture(trusting(identity));
  auto transfer = Fixture::post_text(provider.url());
  transfer.body = connectors::BlobBody{fixture.blobs.put(std::string(8U << 20U, 'x')), "video/mp4"};
  for (int i = 0; i < 5; ++i) CHECK(fixture.make(transfer).failure == TransferFailure::lost);
}

}  // namespace
}  // namespace inboxd::transfers
