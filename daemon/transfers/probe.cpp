#include "daemon/transfers/probe.hpp"

#include <array>
#include <string_view>

#include <curl/curl.h>
#include <openssl/x509_vfy.h>

#include "daemon/transfers/curl_handles.hpp"

namespace inboxd::transfers {
namespace {

constexpr long answer_bytes_max = 1L << 20;
constexpr std::string_view certificate_end = "Expire date:";  // as libcurl names it in CURLINFO_CERTINFO

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

std::optional<Timestamp> parse_date(const char* text) {
  const auto seconds = curl_getdate(text, nullptr);
  if (seconds < 0) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(seconds) * 1000);
}

std::string header(CURL* easy, const char* name) {
  curl_header* found = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

/// Of the server's own certificate, which is the first of the chain.
std::optional<Timestamp> certificate_end_of(CURL* easy) {
  curl_certinfo* chain = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == nullptr || chain->num_of_certs < 1)
    return std::nullopt;
  for (const auto* line = chain->certinfo[0]; line != nullptr; line = line->next)
    if (const std::string_view text(line->data); text.starts_with(certificate_end))
      return parse_date(line->data + certificate_end.size());
  return std::nullopt;
}

ProbeStep failed_step(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return ProbeStep::done;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_URL_MALFORMAT:
      return ProbeStep::name;
    case CURLE_COULDNT_CONNECT:
      return ProbeStep::connection;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
      return ProbeStep::tls;
    // Numbers from outside: whatever else ends a transfer comes after TLS.
    default:
      return ProbeStep::answer;
  }
}

/// A time-out says nothing of where; the times of the steps do.
ProbeStep slow_step(CURL* easy, bool secure) {
  curl_off_t name = 0, connection = 0, tls = 0;
  curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &name);
  curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connection);
  curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &tls);
  if (name == 0) return ProbeStep::name;
  if (connection == 0) return ProbeStep::connection;
  return secure && tls == 0 ? ProbeStep::tls : ProbeStep::answer;
}

CertificateFault certificate_fault(CURL* easy, CURLcode code) {
  if (code != CURLE_PEER_FAILED_VERIFICATION) return CertificateFault::none;
  long verified = X509_V_OK;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
  switch (verified) {
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:  // libcurl compares the name by itself, before it asks how the chain is
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return CertificateFault::other_name;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return CertificateFault::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return CertificateFault::not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return CertificateFault::unknown_issuer;
    // Numbers from outside: the words that came with them must do.
    default:
      return CertificateFault::none;
  }
}

void set_tls(CURL* easy, const connectors::TlsOptions& tls) {
  curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
  if (!tls.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
  // Of the schemes that begin without TLS; https and its like take no notice.
  curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(tls.required ? CURLUSESSL_ALL : CURLUSESSL_TRY));
}

}  // namespace

ProbeOutcome probe(const std::string& url, Milliseconds timeout, const connectors::TlsOptions& tls) {
  const CurlLibrary library;
  const EasyHandle handle(curl_easy_init());
  CURL* easy = handle.get();
  std::array<char, CURL_ERROR_SIZE> why{};
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "inboxd/" INBOXD_VERSION);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, answer_bytes_max);
  set_tls(easy, tls);
  if (!web) curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  const CURLcode code = curl_easy_perform(easy);
  ProbeOutcome outcome;
  outcome.reached = code == CURLE_OPERATION_TIMEDOUT ? slow_step(easy, url.starts_with("https://")) : failed_step(code);
  outcome.certificate_fault = certificate_fault(easy, code);
  if (code != CURLE_OK) outcome.detail = why[0] != '\0' ? why.data() : curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  outcome.status = static_cast<int>(status);
  outcome.certificate_ends_at = certificate_end_of(easy);
  if (const auto date = header(easy, "Date"); !date.empty()) outcome.server_time = parse_date(date.c_str());
  outcome.instance = header(easy, "Inboxd-Instance");
  return outcome;
}

}  // namespace inboxd::transfers
