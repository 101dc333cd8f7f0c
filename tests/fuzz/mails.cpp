// Mails as they come from anybody: whole originals, and the values of their headers.
#include "connectors/email/mail/bounce_text.hpp"
#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/checks.hpp"
#include "connectors/email/mail/files.hpp"
#include "connectors/email/mail/flowed.hpp"
#include "connectors/email/mail/header_text.hpp"
#include "connectors/email/mail/read.hpp"
#include "connectors/sdk/inbound_json.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/originals.hpp"

namespace inboxd::fuzz {
namespace {

using namespace connectors;

Inbound read_in_pieces(std::string_view bytes, std::size_t piece_max) {
  static const email::ReadOptions options{"support@shop.example", {"sales@shop.example"}, "mx.test", "a key"};
  MemoryOriginal source(std::string(bytes), piece_max);
  MemoryParts parts;
  auto inbound = email::read_mail(source, options, R"({"internal_date":"2026-11-22T12:00:00Z"})", parts);
  promise(inbound.ok(), "only source and sink can fail");
  promise(parts.parts().size() <= 1000, "the number of parts is bounded");
  return std::move(inbound).value();
}

void check_text(const std::string& text) {
  promise(email::is_utf8(text), "a text is UTF-8");
  promise(text.find('\0') == std::string::npos, "a text has no NUL");
}

}  // namespace

void mail(std::string_view bytes) {
  const auto inbound = read_in_pieces(bytes, 1U << 20U);
  promise(!inbound.events.empty(), "any bytes are something");
  for (const auto& event : inbound.events) {
    promise(!origin_of(event).dedupe_key.empty(), "every event has a key");
    const auto* message = std::get_if<MessageReceived>(&event);
    if (message == nullptr) continue;
    promise(!message->thread.handle.empty() && !message->external_id.empty(), "a message has a sender and an id");
    for (const auto* text : {&message->text, &message->html, &message->subject, &message->content.quoted_text,
                             &message->thread.name, &message->external_id, &message->reply_to})
      check_text(*text);
    for (const auto& attachment : message->attachments) {
      check_text(attachment.name);
      promise(email::safe_file_name(attachment.name) == attachment.name, "a safe name stays as it is");
    }
  }
  promise(read_in_pieces(bytes, 3) == inbound, "it does not matter how an original is cut");
  const auto text = inbound_to_text(inbound);
  const auto again = inbound_from_text(text);
  promise(again.ok() && inbound_to_text(*again) == text, "what is read can be written and read again");
}

void mail_header(std::string_view bytes) {
  check_text(email::decode_words(bytes));
  for (const auto& address : email::addresses_of(bytes)) {
    check_text(address.address);
    check_text(address.name);
  }
  for (const auto& id : email::message_ids_of(bytes, 50)) check_text(id);
  (void)email::date_of(bytes);
  (void)email::sender_checks(email::fields_of("Authentication-Results: " + std::string(bytes)), "mx.test");
  check_text(email::safe_file_name(bytes));
  (void)email::content_ids_in(bytes);
  std::string envelope_id;
  (void)email::read_delivery_status(bytes, envelope_id);
  (void)email::unflow(bytes, bytes.size() % 2 == 0);
  if (const auto bounce = email::read_bounce_text("failure notice", email::clean_text(bytes), "")) {
    check_text(bounce->diagnostic);
    check_text(bounce->recipient);
  }
  const auto charset = bytes.substr(0, std::min(bytes.find('\n'), bytes.size()));
  check_text(email::to_utf8(bytes.substr(charset.size()), charset).text);
}

}  // namespace inboxd::fuzz
