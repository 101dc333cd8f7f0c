// One kept connection on the thread of CurlStreams: libcurl connects and logs in (CURLOPT_CONNECT_ONLY), then its bytes
// are carried to and fro without waiting. Knows no protocol.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "connectors/sdk/stream.hpp"
#include "daemon/transfers/curl_handles.hpp"
#include "daemon/transfers/streams.hpp"

namespace inboxd::transfers {

class CurlStream {
 public:
  CurlStream(connectors::StreamEndpoint endpoint, Reach reach);
  CurlStream(const CurlStream&) = delete;
  CurlStream& operator=(const CurlStream&) = delete;

  /// Sets the handle up. Nothing: it must not be connected, and failure() says why.
  CURL* prepare(const std::string& tls_ca_file);
  [[nodiscard]] CURL* easy() const { return easy_.get(); }
  /// What libcurl's `code` for connection and login means.
  [[nodiscard]] StreamClosed failure(CURLcode code) const;
  /// After libcurl connected.
  [[nodiscard]] curl_socket_t socket() const;

  enum class Carried { all, more, closed };
  /// Appends to `into` what has arrived, up to `limit` bytes; all: nothing more is here now.
  Carried receive(std::string& into, std::size_t limit);
  /// Takes from the front of `bytes` what the network takes.
  Carried send(std::string& bytes);
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  bool guard();
  void set_login();
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  connectors::StreamEndpoint endpoint_;
  Reach reach_;
  std::string origin_;
  bool loopback_only_ = false;  // not protected by TLS as a connection that leaves this machine must be
  std::string refused_address_;
  std::string why_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  EasyHandle easy_;  // last: goes before what it points to
};

}  // namespace inboxd::transfers
