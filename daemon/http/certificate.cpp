// OpenSSL's defaults for ciphers; no renegotiation, no compression, no session tickets across restarts.
#include "daemon/http/certificate.hpp"

#include <array>

#include <openssl/ssl.h>

namespace inboxd::http {

namespace {
namespace ssl = boost::asio::ssl;

/// RFC 7301: the one protocol that we speak, length first.
constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, chosen_size, http_1_1.data(), http_1_1.size(), offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}
}  // namespace

Result<std::shared_ptr<ssl::context>> load_certificate(const std::string& certificate, const std::string& key) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                       ssl::context::no_compression | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
  context->use_certificate_chain_file(certificate, error);
  if (error) return bad_request("Cannot use the certificate " + certificate + ": " + error.message() + ".");
  context->use_private_key_file(key, ssl::context::pem, error);
  if (error) return bad_request("Cannot use the key " + key + ": " + error.message() + ".");
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return bad_request("The key " + key + " does not belong to the certificate " + certificate + ".");
  return context;
}

}  // namespace inboxd::http
