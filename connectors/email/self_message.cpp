// Composing and recognising behind connectors/email/self_message.hpp.
#include "connectors/email/self_message.hpp"

#include <charconv>
#include <chrono>

#include "connectors/email/addresses.hpp"
#include "connectors/email/compose/encoding.hpp"
#include "connectors/email/login.hpp"
#include "connectors/email/token.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::string_view name_prefix = "self-";
/// Between making and arriving; a server that queues for longer has worse to be told.
constexpr std::chrono::hours arrives_within{24};
constexpr Milliseconds send_timeout{60'000};

std::string text_of(const MailboxSettings& mailbox, const std::string& message_id, const std::string& to,
                    Timestamp now) {
  return "Date: " + header_date(now) + "\r\nFrom: " + header_address({mailbox.address, mailbox.sender_name}) +
         "\r\nTo: " + header_address({to, {}}) +
         "\r\nSubject: inboxd looks whether this mailbox works\r\nMessage-ID: " + message_id +
         "\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
         "`inboxd doctor --send` sent this mail from this mailbox to itself.\r\n"
         "inboxd takes no notice of it. It may be deleted.\r\n";
}

}  // namespace

std::string self_message_name(Timestamp made_at, std::string_view nonce) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(made_at.time_since_epoch()).count();
  return std::string(name_prefix) + std::to_string(seconds) + '-' + std::string(nonce);
}

std::string self_message_id(const MailboxSettings& mailbox, const std::string& name) {
  return message_id(mailbox.signing_key, name, domain_of(mailbox.address));
}

Transfer self_message(const MailboxSettings& mailbox, const std::string& name, SelfRoute route, Timestamp now,
                      const std::string& token) {
  Transfer transfer = smtp_transfer(mailbox, token);
  transfer.label = "mail_to_itself";
  transfer.timeout = send_timeout;
  const std::string tag = bounce_tag(mailbox.signing_key, {name, 0});
  MailBody body;
  body.envelope_from = route == SelfRoute::plain ? mailbox.address : plus_address(mailbox.address, tag);
  body.envelope_to = body.envelope_from;
  body.parts = {{text_of(mailbox, self_message_id(mailbox, name), body.envelope_to, now)}};
  transfer.body = std::move(body);
  return transfer;
}

bool is_self_message(std::string_view signing_key, std::string_view message_id, Timestamp arrived_at) {
  const auto name = stable_id_of(signing_key, message_id);
  if (!name || !name->starts_with(name_prefix)) return false;
  std::int64_t seconds = 0;
  const char* digits = name->data() + name_prefix.size();
  const auto read = std::from_chars(digits, name->data() + name->size(), seconds);
  if (read.ec != std::errc() || read.ptr == name->data() + name->size() || *read.ptr != '-') return false;
  const auto on_its_way = arrived_at - from_unix_seconds(seconds);
  return std::chrono::abs(on_its_way) <= arrives_within;
}

}  // namespace inboxd::connectors::email
