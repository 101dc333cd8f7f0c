// What is said between libcurl and an SMTP server (RFC 5321), listened to: the last reply, what the server announced,
// and the envelope that fits it. In curl's thread, for one CurlRequest; keeps no command, which may hold a password.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "connectors/sdk/transfer.hpp"
#include "daemon/transfers/curl_handles.hpp"

namespace inboxd::transfers {

class SmtpDialogue {
 public:
  /// `body` outlives this; null where no mail is sent (a check of the login).
  explicit SmtpDialogue(const connectors::MailBody* body) : body_(body) {}
  SmtpDialogue(const SmtpDialogue&) = delete;
  SmtpDialogue& operator=(const SmtpDialogue&) = delete;

  /// False: an address or the envelope id would change the commands' meaning.
  [[nodiscard]] bool envelope_is_valid() const;
  void attach(CURL* easy);
  /// Once the server has said what it can do, before MAIL: adds what only some servers take.
  void complete_envelope(CURL* easy) const;
  /// The connection that was opened, so that nobody waits for the answer to QUIT.
  void connected_by(curl_socket_t socket) { socket_ = socket; }

  /// The last reply refuses the last command; what came before and after no longer matters.
  [[nodiscard]] bool refused() const { return refusal_from <= status_; }
  void describe(connectors::Exchange& exchange) const;

 private:
  static constexpr int refusal_from = 400;

  void take_line(std::string_view line);
  void command_left(std::string_view command);
  [[nodiscard]] bool announced(const std::string& keyword) const { return extensions_.contains(keyword); }
  static std::size_t on_line(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static int on_debug(CURL* easy, curl_infotype kind, char* bytes, std::size_t size, void* self);

  const connectors::MailBody* body_;
  HeaderList recipients_;
  std::set<std::string> extensions_;  // keywords of the last EHLO's reply, upper case
  bool hearing_extensions_ = false;
  bool leaving_ = false;  // QUIT was said: what follows is no answer to the mail
  bool reply_is_whole_ = true;
  int status_ = 0;
  std::string text_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
};

}  // namespace inboxd::transfers
