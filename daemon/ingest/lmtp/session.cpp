// received → command… → mail → MailEnd → stored → the answers, one for each recipient.
#include "daemon/ingest/lmtp/session.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::ingest::lmtp {
namespace {

// Answers with enhanced codes (RFC 3463), which RFC 2034 asks for on all but the greeting, LHLO's and 354.
constexpr std::string_view greeting = "220 localhost inboxd LMTP";
constexpr std::string_view fine = "250 2.0.0 OK";
constexpr std::string_view sender_fine = "250 2.1.0 OK";
constexpr std::string_view recipient_fine = "250 2.1.5 OK";
constexpr std::string_view unknown_recipient = "550 5.1.1 No inbox has this address";
constexpr std::string_view disabled_recipient = "450 4.2.1 The inbox of this address is switched off";
constexpr std::string_view too_many_recipients = "452 4.5.3 Too many recipients; send the rest in another mail";
constexpr std::string_view too_large = "552 5.3.4 The mail is larger than any that is taken";
constexpr std::string_view go_ahead = "354 End the mail with CRLF.CRLF";
constexpr std::string_view committed = "250 2.0.0 Stored";
constexpr std::string_view deferred = "451 4.3.0 Cannot be stored now; keep it and try again";
constexpr std::string_view cannot_verify = "252 2.0.0 Try RCPT";
constexpr std::string_view goodbye = "221 2.0.0 Goodbye";
constexpr std::string_view not_lmtp = "500 5.5.1 This is LMTP; begin with LHLO";
constexpr std::string_view unknown_command = "500 5.5.1 No such command";
constexpr std::string_view malformed_line =
    "500 5.5.2 A command is one line of text up to 4096 bytes that ends in CRLF";
constexpr std::string_view malformed_argument = "501 5.5.4 The argument has another form";
constexpr std::string_view unknown_parameter = "555 5.5.4 The parameter is unknown or has another form";
constexpr std::string_view out_of_order = "503 5.5.1 Not in this order";
constexpr std::string_view no_recipient = "503 5.5.1 No recipient was accepted";
constexpr std::string_view idle = "421 4.4.2 Nothing came for too long";
constexpr std::string_view too_many_mistakes = "421 4.7.0 Too many commands that are none";
constexpr std::string_view no_mail_server = "421 4.7.0 This is LMTP; begin with LHLO";
constexpr std::string_view stopping = "421 4.3.2 inboxd is stopping; keep the mail and try again";

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

}  // namespace

Actions Session::started(Milliseconds now) {
  now_ = heard_at_ = now;
  say(greeting);
  return finish();
}

Actions Session::received(std::string_view bytes, Milliseconds now) {
  now_ = heard_at_ = now;
  pending_ += bytes;
  go_on();
  return finish();
}

Actions Session::stored(const std::vector<Stored>& outcomes, Milliseconds now) {
  now_ = heard_at_ = now;
  for (const auto outcome : outcomes) say(outcome == Stored::committed ? committed : deferred);
  place_ = Place::commands;
  reset();
  if (ending_) {
    close(stopping);
  } else {
    go_on();
  }
  return finish();
}

Actions Session::due(Milliseconds now) {
  now_ = now;
  const auto at = deadline();
  if (at && *at <= now) close(idle);
  return finish();
}

Actions Session::ending() {
  ending_ = true;
  if (place_ != Place::storing) close(stopping);
  return finish();
}

std::optional<Milliseconds> Session::deadline() const {
  switch (place_) {
    case Place::commands:
      return heard_at_ + idle_max;
    case Place::mail:
      return std::min(heard_at_ + idle_max, mail_began_at_ + mail_time_max);
    case Place::storing:
    case Place::closed:
      return std::nullopt;
  }
  return std::nullopt;
}

void Session::go_on() {
  bool more = true;
  while (more && (place_ == Place::commands || place_ == Place::mail))
    more = place_ == Place::mail ? take_mail() : take_line();
  pending_.erase(0, std::exchange(taken_, 0));
}

/// False: the line is not whole yet.
bool Session::take_line() {
  const auto end = pending_.find("\r\n", taken_);
  if (end == std::string::npos) {
    if (pending_.size() - taken_ <= command_bytes_max + 1) return false;
    overlong_ = true;
    taken_ = pending_.size() - (pending_.ends_with('\r') ? 1 : 0);
    return false;
  }
  const std::string line = pending_.substr(taken_, end - taken_);
  taken_ = end + 2;
  if (std::exchange(overlong_, false) || line.size() > command_bytes_max || has_control(line)) {
    mistake(malformed_line);
  } else {
    command(line);
  }
  return true;
}

/// False: the mail is not whole yet.
bool Session::take_mail() {
  std::string mail;
  std::string_view rest = std::string_view(pending_).substr(taken_);
  const bool ended = dots_.take(rest, mail);
  taken_ = pending_.size() - rest.size();
  mail_bytes_ += mail.size();
  if (!too_large_ && mail_bytes_ > mail_bytes_max_) {
    too_large_ = true;
    actions_.pieces.emplace_back(MailRefused{envelope_});
  }
  if (!too_large_ && !mail.empty()) actions_.pieces.emplace_back(MailBytes{std::move(mail)});
  if (ended) end_mail();
  return ended;
}

void Session::end_mail() {
  if (!too_large_) {
    place_ = Place::storing;
    actions_.pieces.emplace_back(MailEnd{envelope_});
    return;
  }
  for (std::size_t i = 0; i < envelope_.to.size(); ++i) say(too_large);
  place_ = Place::commands;
  reset();
}

void Session::command(std::string_view line) {
  const auto [verb, argument] = command_of(line);
  switch (verb) {
    case Verb::lhlo:
      return hello(argument);
    case Verb::smtp_hello:
      return mistake(not_lmtp);
    case Verb::mail:
      return mail_from(argument);
    case Verb::rcpt:
      return recipient(argument);
    case Verb::data:
      return begin_mail(argument);
    case Verb::rset:
      reset();
      return say(fine);
    case Verb::noop:
      return say(fine);
    case Verb::vrfy:
      return argument.empty() ? mistake(malformed_argument) : say(cannot_verify);
    case Verb::quit:
      return close(goodbye);
    case Verb::unknown:
      // A browser or a proxy that was sent here: what follows its head must not be obeyed.
      return greeted_ ? mistake(unknown_command) : close(no_mail_server);
  }
}

/// Ends a mail transaction like RSET (RFC 5321 4.1.4).
void Session::hello(std::string_view argument) {
  if (argument.empty()) return mistake(malformed_argument);
  reset();
  greeted_ = true;
  for (const std::string_view line :
       {"250-localhost", "250-PIPELINING", "250-ENHANCEDSTATUSCODES", "250-8BITMIME", "250-SMTPUTF8"})
    say(line);
  say("250 SIZE " + std::to_string(mail_bytes_max_));
}

void Session::mail_from(std::string_view argument) {
  if (!greeted_ || sender_given_) return say(out_of_order);
  auto path = path_of(argument, "FROM:");
  if (!path) return mistake(malformed_argument);
  if (const auto refusal = refusal_of(path->parameters)) return say(*refusal);
  sender_given_ = true;
  envelope_.from = std::move(path->address);
  say(sender_fine);
}

/// Nothing: all are fine. What a mail's bytes are is told, never needed: every one of them is taken as it is.
std::optional<std::string> Session::refusal_of(const std::vector<Parameter>& parameters) const {
  for (const auto& [key, value] : parameters) {
    if (key == "SIZE") {
      const auto size = size_of(value);
      if (!size) return std::string(unknown_parameter);
      if (*size > mail_bytes_max_) return std::string(too_large);
    } else if (key == "BODY") {
      if (value != "7BIT" && value != "8BITMIME") return std::string(unknown_parameter);
    } else if (key != "SMTPUTF8" || !value.empty()) {
      return std::string(unknown_parameter);
    }
  }
  return std::nullopt;
}

void Session::recipient(std::string_view argument) {
  if (!sender_given_) return say(out_of_order);
  auto path = path_of(argument, "TO:");
  if (!path || path->address.empty()) return mistake(malformed_argument);
  if (!path->parameters.empty()) return say(unknown_parameter);
  if (envelope_.to.size() == recipients_max) return say(too_many_recipients);
  switch (look_(path->address)) {
    case Recipient::ours:
      envelope_.to.push_back(std::move(path->address));
      return say(recipient_fine);
    case Recipient::unknown:
      return say(unknown_recipient);
    case Recipient::disabled:
      return say(disabled_recipient);
  }
}

void Session::begin_mail(std::string_view argument) {
  if (!argument.empty()) return mistake(malformed_argument);
  if (!sender_given_) return say(out_of_order);
  if (envelope_.to.empty()) return say(no_recipient);  // RFC 2033 4.2
  place_ = Place::mail;
  mail_began_at_ = now_;
  dots_ = {};
  mail_bytes_ = 0;
  too_large_ = false;
  actions_.pieces.emplace_back(MailBytes{"Return-Path: <" + envelope_.from + ">\r\n"});
  say(go_ahead);
}

void Session::reset() {
  sender_given_ = false;
  envelope_ = {};
}

void Session::say(std::string_view answer) { (actions_.write += answer) += "\r\n"; }

void Session::mistake(std::string_view answer) {
  say(answer);
  if (++mistakes_ >= mistakes_max) close(too_many_mistakes);
}

void Session::close(std::string_view answer) {
  if (place_ == Place::closed) return;
  say(answer);
  place_ = Place::closed;
}

Actions Session::finish() {
  actions_.close = place_ == Place::closed;
  return std::exchange(actions_, {});
}

}  // namespace inboxd::ingest::lmtp
