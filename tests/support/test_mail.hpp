// For the tests of what reads mails: an inbox, mails as literals, and what every result keeps to.
#pragma once

#include <string>
#include <variant>

#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/read.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/originals.hpp"

namespace inboxd::connectors::email {

inline const ReadOptions& options() {
  static const ReadOptions inbox{
      "support@shop.example", {"sales@shop.example", "list@shop.example"}, "mx.shop.example", "a key of this inbox"};
  return inbox;
}

inline std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

inline Inbound read_bytes(const std::string& bytes, const std::string& context = "") {
  MemoryOriginal source(bytes);
  MemoryParts parts;
  return read_mail(source, options(), context, parts).value();
}

/// The only event of a mail with "\n" line ends, which must be a message.
inline MessageReceived message_of(const std::string& mail, const std::string& context = "") {
  return std::get<MessageReceived>(read_bytes(with_crlf(mail), context).events.at(0));
}

inline const EmailContent& email_of(const MessageReceived& message) {
  return std::get<EmailContent>(message.content.detail);
}

/// A message with an id, a sender and valid texts, or what became of one of ours.
inline void check_valid(const Inbound& inbound) {
  if (inbound.events.empty() || !inbound.malformed.empty()) FAIL("a mail gave nothing");
  for (const auto& event : inbound.events) {
    if (origin_of(event).dedupe_key.empty()) FAIL("no key");
    const auto* message = std::get_if<MessageReceived>(&event);
    if (message == nullptr) continue;
    if (message->external_id.size() < 3 || message->thread.handle.empty()) FAIL("no id or no sender");
    for (const auto* text : {&message->text, &message->html, &message->subject, &message->content.quoted_text,
                             &message->thread.name, &message->external_id})
      if (!is_utf8(*text) || text->find('\0') != std::string::npos) FAIL("a text is not valid");
    for (const auto& attachment : message->attachments)
      if (attachment.name.empty() || !is_utf8(attachment.name) || !attachment.blob) FAIL("an attachment is not whole");
  }
}

}  // namespace inboxd::connectors::email
