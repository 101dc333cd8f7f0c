// libcurl's header and debug callbacks behind daemon/transfers/smtp_dialogue.hpp.
#include "daemon/transfers/smtp_dialogue.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <new>

#include <sys/socket.h>

namespace inboxd::transfers {
namespace {

constexpr std::size_t reply_bytes_max = 2048;   // kept of one reply, all its lines together
constexpr std::size_t extensions_max = 64;      // kept of what a server announces
constexpr std::size_t address_bytes_max = 320;  // RFC 5321 4.5.3.1: 64 and 255 around the "@"
constexpr std::size_t envelope_id_bytes = 100;  // RFC 3461 4.4
constexpr std::size_t status_digits = 3;
constexpr std::size_t reply_prefix_bytes = 4;  // "250-" or "250 "

/// Without what could end the path or begin a parameter. UTF-8 is allowed (RFC 6531).
bool is_address(std::string_view address) {
  return address.size() <= address_bytes_max && std::none_of(address.begin(), address.end(), [](unsigned char c) {
           return c <= 0x20 || c == 0x7F || c == '<' || c == '>';
         });
}

/// RFC 3461 4: xtext.
bool is_xtext(std::string_view text) {
  return text.size() <= envelope_id_bytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != '=' && c != '<'; });
}

std::string_view without_line_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

bool SmtpDialogue::envelope_is_valid() const {
  return body_ == nullptr || (is_address(body_->envelope_from) && is_address(body_->envelope_to) &&
                              !body_->envelope_to.empty() && is_xtext(body_->envelope_id));
}

void SmtpDialogue::attach(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_line);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, this);
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  if (body_ == nullptr) return;
  recipients_.reset(curl_slist_append(nullptr, body_->envelope_to.c_str()));
  if (!recipients_) throw std::bad_alloc();
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, body_->envelope_from.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients_.get());
}

// libcurl has no option for RFC 3461 and writes "<" before and ">" behind the sender as it is given. "AUTH=<>" (RFC
// 4954 5: nobody vouches for another submitter) takes up that last ">" without a change of meaning; without AUTH
// nothing would, and the id is left out. NOTIFY and ORCPT are left out always: nothing may stand behind them that
// ends in ">", and failures are reported without them (RFC 3461 5.2.1).
void SmtpDialogue::complete_envelope(CURL* easy) const {
  if (body_ == nullptr || body_->envelope_id.empty() || body_->envelope_from.empty()) return;
  if (!announced("DSN") || !announced("AUTH")) return;
  const std::string sender = body_->envelope_from + "> RET=HDRS ENVID=" + body_->envelope_id + " AUTH=<";
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, sender.c_str());
}

void SmtpDialogue::describe(connectors::Exchange& exchange) const {
  exchange.status = status_;
  exchange.body = text_;
}

void SmtpDialogue::take_line(std::string_view line) {
  line = without_line_end(line);
  if (leaving_ || line.size() < status_digits) return;
  if (reply_is_whole_) text_.clear();
  std::from_chars(line.data(), line.data() + status_digits, status_);
  reply_is_whole_ = line.size() == status_digits || line[status_digits] != '-';
  const std::string_view told = line.substr(std::min(line.size(), reply_prefix_bytes));
  if (text_.size() + told.size() < reply_bytes_max) {
    if (!text_.empty()) text_ += '\n';
    text_ += told;
  }
  if (!hearing_extensions_ || extensions_.size() >= extensions_max) return;
  std::string keyword(told.substr(0, told.find_first_of(" =")));
  std::transform(keyword.begin(), keyword.end(), keyword.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  extensions_.insert(std::move(keyword));
}

void SmtpDialogue::command_left(std::string_view command) {
  status_ = 0;
  text_.clear();
  reply_is_whole_ = true;
  hearing_extensions_ = command.starts_with("EHLO ");
  if (hearing_extensions_) extensions_.clear();  // what was said before STARTTLS does not count
}

std::size_t SmtpDialogue::on_line(char* bytes, std::size_t size, std::size_t count, void* self) {
  static_cast<SmtpDialogue*>(self)->take_line(std::string_view(bytes, size * count));
  return size * count;
}

std::size_t SmtpDialogue::on_body(char* /*bytes*/, std::size_t size, std::size_t count, void* /*self*/) {
  return size * count;  // a reply, which on_line has seen
}

// libcurl waits for the answer to QUIT with its whole thread. Nobody needs that answer: the reading side is closed.
int SmtpDialogue::on_debug(CURL* /*easy*/, curl_infotype kind, char* bytes, std::size_t size, void* self) {
  auto& dialogue = *static_cast<SmtpDialogue*>(self);
  if (kind != CURLINFO_HEADER_OUT) return 0;
  const std::string_view command(bytes, size);
  if (!command.starts_with("QUIT")) {
    dialogue.command_left(command);
    return 0;
  }
  dialogue.leaving_ = true;
  if (dialogue.socket_ != CURL_SOCKET_BAD) ::shutdown(dialogue.socket_, SHUT_RD);
  return 0;
}

}  // namespace inboxd::transfers
