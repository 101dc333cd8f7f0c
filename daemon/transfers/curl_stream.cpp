// libcurl's CONNECT_ONLY for imap and imaps. The handle stays in its multi: curl_easy_send and _recv need that.
#include "daemon/transfers/curl_stream.hpp"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "daemon/transfers/addresses.hpp"
#include "daemon/transfers/reach.hpp"

namespace inboxd::transfers {
namespace {

constexpr Milliseconds connect_max{20'000};
constexpr Milliseconds login_max{45'000};  // connection included: servers delay the answer to a wrong password
// A peer that vanished without a word is noticed within a few minutes, below what a router remembers.
constexpr long keepalive_idle_seconds = 120;
constexpr long keepalive_interval_seconds = 30;
constexpr unsigned unacknowledged_ms_max = 60'000;
constexpr std::size_t read_size = 16U << 10U;  // one TLS record

std::string address_text(const curl_sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN + 16> text{};
  if (getnameinfo(&address.addr, address.addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return "an unknown address";
  return text.data();
}

}  // namespace

CurlStream::CurlStream(connectors::StreamEndpoint endpoint, Reach reach)
    : endpoint_(std::move(endpoint)), reach_(std::move(reach)) {}

bool CurlStream::guard() {
  const auto target = parse_stream_target(endpoint_.url);
  if (!target) {
    why_ = "the address is not an imap or imaps URL";
    return false;
  }
  origin_ = target->origin();
  if (!names_stream(*target, reach_)) {
    why_ = "refused: " + origin_ + " is none of this inbox's hosts";
    return false;
  }
  loopback_only_ = !endpoint_.tls.verify || (target->scheme == "imap" && !endpoint_.tls.required);
  return true;
}

CURL* CurlStream::prepare(const std::string& tls_ca_file) {
  if (!guard()) return nullptr;
  easy_.reset(curl_easy_init());
  if (!easy_) {
    why_ = "no memory for another connection";
    return nullptr;
  }
  CURL* easy = easy_.get();
  const auto& tls = endpoint_.tls;
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy, CURLOPT_URL, (origin_ + '/').c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "imap,imaps");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_max.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(login_max.count()));
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, keepalive_idle_seconds);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, keepalive_interval_seconds);
  curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(tls.required ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
  const auto& ca_file = tls.ca_file.empty() ? tls_ca_file : tls.ca_file;
  if (!ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  set_login();
  return easy;
}

/// libcurl chooses among what the server offers: OAUTHBEARER or XOAUTH2 with a bearer, else PLAIN or LOGIN.
void CurlStream::set_login() {
  if (!endpoint_.login) return;
  curl_easy_setopt(easy_.get(), CURLOPT_USERNAME, endpoint_.login->user.c_str());
  if (endpoint_.login->bearer.empty()) {
    curl_easy_setopt(easy_.get(), CURLOPT_PASSWORD, endpoint_.login->password.c_str());
  } else {
    curl_easy_setopt(easy_.get(), CURLOPT_XOAUTH2_BEARER, endpoint_.login->bearer.c_str());
  }
}

StreamClosed CurlStream::failure(CURLcode code) const {
  if (!why_.empty()) return {ClosedBy::failure, why_};
  if (!refused_address_.empty())
    return {ClosedBy::failure, "refused: " + origin_ + " leads to " + refused_address_ +
                                   ", and without verified TLS only this machine may be connected"};
  const std::string_view told(error_.data());
  // libcurl has no words where it did not even ask.
  if (code == CURLE_LOGIN_DENIED && told.empty())
    return {ClosedBy::login_refused, "the server offers no way to log in that fits (" + origin_ +
                                         "); use a password where it asks for one, oauth2 where it wants tokens"};
  std::string why = without_urls(told.empty() ? curl_easy_strerror(code) : told) + " (" + origin_ + ')';
  const bool refused = code == CURLE_LOGIN_DENIED || code == CURLE_AUTH_ERROR;
  return {refused ? ClosedBy::login_refused : ClosedBy::failure, std::move(why)};
}

curl_socket_t CurlStream::socket() const {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
  return socket;
}

// TLS may hold bytes that the socket shows no more: read until there is nothing.
CurlStream::Carried CurlStream::receive(std::string& into, std::size_t limit) {
  std::array<char, read_size> piece{};
  while (limit > 0) {
    std::size_t count = 0;
    const auto code = curl_easy_recv(easy_.get(), piece.data(), std::min(limit, piece.size()), &count);
    if (code == CURLE_AGAIN) return Carried::all;
    if (code != CURLE_OK || count == 0) {
      why_ = code == CURLE_OK ? "the server closed the connection (" + origin_ + ')'
                              : without_urls(curl_easy_strerror(code)) + " (" + origin_ + ')';
      return Carried::closed;
    }
    into.append(piece.data(), count);
    limit -= count;
  }
  return Carried::more;
}

CurlStream::Carried CurlStream::send(std::string& bytes) {
  while (!bytes.empty()) {
    std::size_t count = 0;
    const auto code = curl_easy_send(easy_.get(), bytes.data(), bytes.size(), &count);
    if (code == CURLE_AGAIN) return Carried::more;
    if (code != CURLE_OK) {
      why_ = without_urls(curl_easy_strerror(code)) + " (" + origin_ + ')';
      return Carried::closed;
    }
    bytes.erase(0, count);
  }
  return Carried::all;
}

curl_socket_t CurlStream::open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& stream = *static_cast<CurlStream*>(self);
  if (stream.loopback_only_ && !is_loopback_address(address->addr)) {
    stream.refused_address_ = address_text(*address);
    return CURL_SOCKET_BAD;
  }
  const auto opened = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened >= 0)
    setsockopt(opened, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms_max, sizeof unacknowledged_ms_max);
  return opened;
}

}  // namespace inboxd::transfers
