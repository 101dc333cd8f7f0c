// One transfer on its way: its guard, its libcurl handle, and the truth of how it ended. Made on the caller's thread,
// used by the thread of CurlTransfers only; never retries.
#pragma once

#include <array>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "connectors/sdk/transfer.hpp"
#include "daemon/transfers/curl_handles.hpp"
#include "daemon/transfers/lanes.hpp"
#include "daemon/transfers/mail_source.hpp"
#include "daemon/transfers/reach.hpp"
#include "daemon/transfers/request_body.hpp"
#include "daemon/transfers/response_sink.hpp"
#include "daemon/transfers/smtp_dialogue.hpp"
#include "storage/blobs.hpp"

namespace inboxd::transfers {

class CurlRequest {
 public:
  using Done = std::function<void(connectors::Exchange)>;
  using Instant = std::chrono::steady_clock::time_point;

  CurlRequest(connectors::Transfer transfer, Reach reach, Done done, storage::Blobs& blobs);
  CurlRequest(const CurlRequest&) = delete;
  CurlRequest& operator=(const CurlRequest&) = delete;

  /// Sets the handle up. False: it must not be sent; ended() then says why.
  bool prepare(CURLSH* share, const std::string& user_agent, const std::string& tls_ca_file);
  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  /// After libcurl reported `code`: true when a redirect is to be followed, and prepare() may be called again.
  bool redirect(CURLcode code);
  /// The whole truth, once. `code` as libcurl reported it.
  connectors::Exchange finish(CURLcode code);
  /// Ended by the host, before libcurl was done with it or before it started.
  connectors::Exchange stopped(const std::string& why);

  [[nodiscard]] Lanes<CurlRequest>::Key lane() const { return {traffic(), origin_}; }
  [[nodiscard]] const std::string& origin() const { return origin_; }
  /// A transfer that has waited for its turn as long as it was to take is not begun any more.
  [[nodiscard]] bool overdue(Instant now) const { return now >= begun_ + transfer_.timeout; }
  [[nodiscard]] Instant begun() const { return begun_; }
  [[nodiscard]] const std::string& label() const { return transfer_.label; }
  [[nodiscard]] Done take_done() { return std::move(done_); }
  /// What a callback caught from the store: a broken machine, not an answer.
  [[nodiscard]] std::exception_ptr thrown() const;

 private:
  [[nodiscard]] Traffic traffic() const { return transfer_.repeatable ? Traffic::others : Traffic::sends; }
  bool refuse(connectors::TransferFailure failure, std::string detail);
  bool guard();
  bool set_exchange();
  bool set_mail();
  bool set_headers();
  void set_connection(CURLSH* share, const std::string& tls_ca_file);
  void set_tls(const std::string& tls_ca_file);
  void set_login();
  void set_time_limits();
  [[nodiscard]] bool request_left() const;
  [[nodiscard]] bool is_mail() const { return origin_.starts_with("smtp"); }
  [[nodiscard]] bool may_connect(const sockaddr& address) const;
  connectors::Exchange mail_ended(CURLcode code);
  connectors::Exchange no_login_fits();
  connectors::Exchange failed(connectors::TransferFailure failure, std::string detail);
  [[nodiscard]] std::string error_text(CURLcode code) const;

  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int before_request(void* self, char* remote, char* local, int remote_port, int local_port);

  connectors::Transfer transfer_;
  Reach reach_;
  Done done_;
  storage::Blobs& blobs_;
  std::string origin_;
  Instant begun_;
  Admission admission_ = Admission::refused;
  std::optional<connectors::Exchange> refused_;
  int redirects_ = 0;
  bool about_to_send_ = false;     // libcurl has a connection and writes the request next
  bool earlier_hop_left_ = false;  // a request before a redirect reached the provider
  std::string refused_address_;    // the guard's, when a name led inside
  std::array<char, CURL_ERROR_SIZE> error_{};
  HeaderList headers_;
  std::optional<RequestBody> body_;
  std::optional<ResponseSink> sink_;
  std::optional<SmtpDialogue> smtp_;
  std::optional<MailSource> mail_;
  EasyHandle easy_;  // last: goes before what it points to
};

}  // namespace inboxd::transfers
