// Setting up libcurl for one transfer, and reading from it what really happened.
#include "daemon/transfers/curl_request.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include "daemon/transfers/addresses.hpp"

namespace inboxd::transfers {
namespace {

using connectors::Exchange;
using connectors::TransferFailure;

constexpr Milliseconds connect_max{10'000};
// Until MAIL may be said: mail servers greet strangers late on purpose.
constexpr Milliseconds mail_connect_max{60'000};
constexpr int redirects_max = 5;
/// As a server says of a mechanism that it does not have (RFC 4954 4).
constexpr int no_login_fits_status = 504;
// A transfer with a blob may take long, but not at a speed that never ends: bytes per second, over this many seconds.
constexpr long low_speed_bytes = 16;
constexpr long low_speed_seconds = 60;

bool is_method(const std::string& method) {
  return !method.empty() && method.size() <= 16 &&
         std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// RFC 9110 5.1 and 5.5: a name is a token, a value has no line ends.
bool is_header(const std::string& name, const std::string& value) {
  const auto token = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  const auto printable = [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7F); };
  return !name.empty() && std::all_of(name.begin(), name.end(), token) &&
         std::all_of(value.begin(), value.end(), printable);
}

std::string address_text(const sockaddr& address, socklen_t size) {
  std::array<char, INET6_ADDRSTRLEN + 16> text{};
  if (getnameinfo(&address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return "an unknown address";
  return text.data();
}

void append(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

}  // namespace

CurlRequest::CurlRequest(connectors::Transfer transfer, Reach reach, Done done, storage::Blobs& blobs)
    : transfer_(std::move(transfer)),
      reach_(std::move(reach)),
      done_(std::move(done)),
      blobs_(blobs),
      begun_(std::chrono::steady_clock::now()) {
  const auto target = parse_target(transfer_.url);
  if (!target) return;
  origin_ = target->origin();
  admission_ = admission(*target, reach_);
}

bool CurlRequest::prepare(CURLSH* share, const std::string& user_agent, const std::string& tls_ca_file) {
  if (!guard()) return false;
  easy_.reset(curl_easy_init());
  if (!easy_) return refuse(TransferFailure::not_sent, "no memory for another request");
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy, CURLOPT_URL, transfer_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent.c_str());
  if (!(is_mail() ? set_mail() : set_exchange())) return false;
  set_connection(share, tls_ca_file);
  set_login();
  set_time_limits();
  about_to_send_ = false;
  error_.front() = '\0';
  return true;
}

bool CurlRequest::guard() {
  if (!is_method(transfer_.method)) return refuse(TransferFailure::not_sent, "the method is not valid");
  if (origin_.empty()) return refuse(TransferFailure::not_sent, "the address is not an http, https, smtp or smtps URL");
  const bool mail = std::holds_alternative<connectors::MailBody>(transfer_.body);
  if (is_mail() ? !mail && !std::holds_alternative<connectors::NoBody>(transfer_.body) : mail)
    return refuse(TransferFailure::not_sent, "mails, and only mails, go to an smtp or smtps URL");
  if (admission_ == Admission::refused)
    return refuse(TransferFailure::not_sent, "refused: " + origin_ + " is none of this inbox's hosts");
  return true;
}

bool CurlRequest::set_exchange() {
  body_.emplace(transfer_.body, blobs_);
  if (!body_->attach(easy_.get(), transfer_.method))
    return refuse(TransferFailure::blob_gone, "an attachment is no longer in the store");
  if (!set_headers()) return refuse(TransferFailure::not_sent, "a header is not valid");
  sink_.emplace(transfer_.response_target, transfer_.response_bytes_max, blobs_);
  sink_->attach(easy_.get());
  return true;
}

/// One mail, or without one the command that `method` names, after the login.
bool CurlRequest::set_mail() {
  const auto* body = std::get_if<connectors::MailBody>(&transfer_.body);
  smtp_.emplace(body);
  if (!smtp_->envelope_is_valid()) return refuse(TransferFailure::not_sent, "an envelope address is not valid");
  smtp_->attach(easy_.get());
  if (body == nullptr) {
    curl_easy_setopt(easy_.get(), CURLOPT_CUSTOMREQUEST, transfer_.method.c_str());
    return true;
  }
  mail_.emplace(body->parts, blobs_);
  if (!mail_->open()) return refuse(TransferFailure::blob_gone, "an attachment is no longer in the store");
  mail_->attach(easy_.get());
  return true;
}

bool CurlRequest::set_headers() {
  headers_.reset();
  append(headers_, "Expect:");  // a provider that ignores 100-continue would cost a second
  const auto type = body_->content_type();
  if (!is_header("content-type", type)) return false;
  if (!type.empty()) append(headers_, "Content-Type: " + type);
  for (const auto& [name, value] : transfer_.headers) {
    if (!is_header(name, value)) return false;
    append(headers_, value.empty() ? name + ';' : fmt::format("{}: {}", name, value));
  }
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
  return true;
}

void CurlRequest::set_connection(CURLSH* share, const std::string& tls_ca_file) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_SHARE, share);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not from the environment either
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, is_mail() ? "smtp,smtps" : "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);  // redirect() does, through the guard
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a hanging resolver is left behind, never waited for
  set_tls(tls_ca_file);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  if (transfer_.repeatable && !is_mail()) {
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    return;
  }
  // libcurl by itself sends a request again when a connection that it reuses is closed without an answer, although the
  // provider may have acted on it. A connection of its own is never retried; HTTP/1.1 makes sent bytes countable.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

void CurlRequest::set_tls(const std::string& tls_ca_file) {
  CURL* easy = easy_.get();
  const auto& tls = transfer_.tls;
  const std::string& ca_file = tls.ca_file.empty() ? tls_ca_file : tls.ca_file;
  if (!ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
  if (!tls.verify) {  // may_connect() keeps it to loopback
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (is_mail())
    curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(tls.required ? CURLUSESSL_ALL : CURLUSESSL_TRY));
}

/// The mechanisms are named, so that a server cannot ask for one that needs something else.
void CurlRequest::set_login() {
  if (!is_mail() || !transfer_.login) return;
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_USERNAME, transfer_.login->user.c_str());
  if (transfer_.login->bearer.empty()) {
    curl_easy_setopt(easy, CURLOPT_PASSWORD, transfer_.login->password.c_str());
    curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
  } else {
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, transfer_.login->bearer.c_str());
    curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=OAUTHBEARER;AUTH=XOAUTH2");
  }
}

void CurlRequest::set_time_limits() {
  CURL* easy = easy_.get();
  Milliseconds total = transfer_.timeout;
  if (redirects_ > 0) total -= std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun_);
  total = std::max(total, Milliseconds{1});  // 0 would mean none
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(total.count()));
  const Milliseconds connect = is_mail() ? mail_connect_max : connect_max;
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(total, connect).count()));
  if (is_mail()) {  // a server may take its time over the final dot (RFC 5321 4.5.3.2.6); libcurl's own limit is 2 min
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(total);
    curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(seconds.count()));
    return;
  }
  if (transfer_.response_target == connectors::ResponseTarget::memory &&
      !std::holds_alternative<connectors::FormBody>(transfer_.body) &&
      !std::holds_alternative<connectors::BlobBody>(transfer_.body))
    return;  // a long poll is silent for its whole time
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, low_speed_bytes);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, low_speed_seconds);
}

bool CurlRequest::redirect(CURLcode code) {
  if (is_mail() || code != CURLE_OK || !sink_->head_is_whole() || !transfer_.follow_redirects ||
      redirects_ >= redirects_max)
    return false;
  if (transfer_.method != "GET" && transfer_.method != "HEAD") return false;
  const int status = sink_->status();
  if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) return false;
  auto next = same_origin_redirect(transfer_.url, connectors::header_of(sink_->headers(), "location"));
  if (!next) return false;  // the connector sees the redirect itself as the answer
  transfer_.url = std::move(*next);
  ++redirects_;
  earlier_hop_left_ = true;
  return true;
}

Exchange CurlRequest::finish(CURLcode code) {
  if (refused_) return std::move(*refused_);
  if (is_mail()) return mail_ended(code);
  if (code != CURLE_OK) {
    if (sink_->refusal() == SinkRefusal::too_large)
      return failed(TransferFailure::too_large,
                    "the answer is larger than " + std::to_string(transfer_.response_bytes_max) + " bytes");
    if (sink_->refusal() == SinkRefusal::store) return failed(TransferFailure::lost, "the answer could not be stored");
    return failed(request_left() ? TransferFailure::lost : TransferFailure::not_sent, error_text(code));
  }
  if (!sink_->head_is_whole())
    return failed(TransferFailure::lost, "the answer ended within its head (" + origin_ + ')');
  Exchange exchange;
  exchange.label = transfer_.label;
  if (!sink_->finish(exchange)) return failed(TransferFailure::lost, "the answer could not be stored");
  sink_->describe(exchange);
  return exchange;
}

// libcurl says the final dot only after the whole mail was read: until then no server can have accepted it.
Exchange CurlRequest::mail_ended(CURLcode code) {
  if (code == CURLE_LOGIN_DENIED && !smtp_->refused()) return no_login_fits();
  if (code != CURLE_OK && !smtp_->refused())
    return failed(request_left() ? TransferFailure::lost : TransferFailure::not_sent, error_text(code));
  Exchange exchange;
  exchange.label = transfer_.label;
  smtp_->describe(exchange);
  return exchange;
}

/// Nothing that the server announced fits the login, so nothing was tried; its announcement stays in the body.
Exchange CurlRequest::no_login_fits() {
  auto exchange = failed(TransferFailure::not_sent, "the server offers no way to log in that fits (" + origin_ + ')');
  exchange.status = no_login_fits_status;
  return exchange;
}

Exchange CurlRequest::stopped(const std::string& why) {
  if (refused_) return std::move(*refused_);
  return failed(request_left() ? TransferFailure::lost : TransferFailure::not_sent, why);
}

std::exception_ptr CurlRequest::thrown() const {
  if (sink_ && sink_->thrown()) return sink_->thrown();
  if (mail_ && mail_->thrown()) return mail_->thrown();
  return body_ ? body_->thrown() : nullptr;
}

bool CurlRequest::refuse(TransferFailure failure, std::string detail) {
  refused_ = failed(earlier_hop_left_ && failure == TransferFailure::not_sent ? TransferFailure::lost : failure,
                    std::move(detail));
  return false;
}

// libcurl counts what the kernel (or TLS) took of an HTTP/1.1 request. What it hands to HTTP/2 may be buffered or
// not, so there the moment before counts: such transfers are repeatable, and `lost` is the careful answer.
bool CurlRequest::request_left() const {
  if (earlier_hop_left_) return true;
  if (!easy_) return false;
  if (is_mail()) return mail_ && mail_->ended();
  long sent = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
  return sent > 0 || (transfer_.repeatable && about_to_send_);
}

Exchange CurlRequest::failed(TransferFailure failure, std::string detail) {
  Exchange exchange;
  if (sink_) sink_->describe(exchange);
  if (smtp_) smtp_->describe(exchange);
  exchange.label = transfer_.label;
  exchange.failure = failure;
  exchange.failure_detail = std::move(detail);
  exchange.blob.reset();
  return exchange;
}

std::string CurlRequest::error_text(CURLcode code) const {
  if (!refused_address_.empty())
    return "refused: " + origin_ + " leads to " + refused_address_ +
           (transfer_.tls.verify && transfer_.tls.required ? ", which is not a public address"
                                                           : ", and TLS is left out or unverified on loopback only");
  const std::string_view told(error_.data());
  return without_urls(told.empty() ? curl_easy_strerror(code) : told) + " (" + origin_ + ')';
}

// The second half of the guard, on the address that is connected: no answer of the DNS can lead inside.
curl_socket_t CurlRequest::open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& request = *static_cast<CurlRequest*>(self);
  if (!request.may_connect(address->addr)) {
    request.refused_address_ = address_text(address->addr, address->addrlen);
    return CURL_SOCKET_BAD;
  }
  const auto opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (request.smtp_) request.smtp_->connected_by(opened);
  return opened;
}

bool CurlRequest::may_connect(const sockaddr& address) const {
  if (!transfer_.tls.verify || !transfer_.tls.required) return is_loopback_address(address);
  return admission_ == Admission::base || is_global_address(address);
}

// A connection from the pool was opened for somebody else, perhaps under a base URL: judged again for this request.
int CurlRequest::before_request(void* self, char* remote, char* /*local*/, int /*remote_port*/, int /*local_port*/) {
  auto& request = *static_cast<CurlRequest*>(self);
  if (request.admission_ != Admission::base && !is_global_address(std::string_view(remote))) {
    request.refused_address_ = remote;
    return CURL_PREREQFUNC_ABORT;
  }
  request.about_to_send_ = true;
  if (request.smtp_) request.smtp_->complete_envelope(request.easy_.get());
  return CURL_PREREQFUNC_OK;
}

}  // namespace inboxd::transfers
