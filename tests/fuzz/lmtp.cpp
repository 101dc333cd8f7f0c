// What a mail server says to us when it hands mail over.
#include "daemon/ingest/lmtp/session.hpp"
#include "tests/fuzz/targets.hpp"

namespace inboxd::fuzz {
namespace {

using namespace ingest::lmtp;

constexpr std::uint64_t mail_bytes_max = 200;
constexpr Milliseconds now{1'000'000};

/// What became of the bytes, whatever portions they came in. The host answers each mail at once.
struct Heard {
  std::string written;
  std::string mails;           // those that were whole, one behind the other with their recipients
  std::string under_way;       // what is never whole becomes nothing
  std::size_t recipients = 0;  // of accepted mails
  bool closed = false;
};

void follow(Session& session, const Actions& actions, Heard& heard) {
  promise(!heard.closed, "nothing comes after the end");
  heard.written += actions.write;
  heard.closed = actions.close;
  for (const auto& piece : actions.pieces) {
    if (const auto* bytes = std::get_if<MailBytes>(&piece)) {
      heard.under_way += bytes->bytes;
      promise(heard.under_way.starts_with("Return-Path: <"), "a mail begins with its return path");
      promise(heard.under_way.size() <= mail_bytes_max + command_bytes_max + 32, "a mail is bounded");
    } else if (const auto* end = std::get_if<MailEnd>(&piece)) {
      promise(session.waits_for_store(), "a whole mail waits for the store");
      promise(!end->envelope.to.empty() && end->envelope.to.size() <= recipients_max, "recipients are bounded");
      heard.mails += heard.under_way;
      for (const auto& recipient : end->envelope.to) heard.mails += '\n' + recipient;
      heard.under_way.clear();
      heard.recipients += end->envelope.to.size();
      const std::vector<Stored> outcomes(end->envelope.to.size(), Stored::committed);
      return follow(session, session.stored(outcomes, now), heard);
    } else {
      heard.under_way.clear();
    }
  }
}

Heard hear(std::string_view bytes, std::size_t portion) {
  Session session(
      [](std::string_view address) {
        return address.find("no") == std::string_view::npos ? Recipient::ours : Recipient::unknown;
      },
      mail_bytes_max);
  Heard heard;
  follow(session, session.started(now), heard);
  for (; !bytes.empty() && !heard.closed; bytes.remove_prefix(std::min(portion, bytes.size())))
    follow(session, session.received(bytes.substr(0, portion), now), heard);
  return heard;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace

void lmtp_session(std::string_view bytes) {
  const auto whole = hear(bytes, bytes.size() + 1);
  promise(count(whole.written, "250 2.0.0 Stored\r\n") == whole.recipients, "each recipient is answered once");
  for (const std::size_t portion : {1U, 7U}) {
    const auto in_portions = hear(bytes, portion);
    promise(
        in_portions.written == whole.written && in_portions.mails == whole.mails && in_portions.closed == whole.closed,
        "commands and mails mean the same in portions");
  }
  // A client that stuffs any text as RFC 5321 4.5.2 asks brings exactly that text, and no second mail.
  if (bytes.size() > mail_bytes_max / 2) return;
  std::string stuffed;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool begins_line = at == 0 || (at >= 2 && bytes[at - 1] == '\n' && bytes[at - 2] == '\r');
    if (begins_line && bytes[at] == '.') stuffed += '.';
    stuffed += bytes[at];
  }
  const auto handed_over = hear("LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a>\r\nDATA\r\n" + stuffed + "\r\n.\r\nQUIT\r\n", 3);
  promise(handed_over.mails == "Return-Path: <>\r\n" + std::string(bytes) + "\r\n\na", "a mail comes as it was given");
  promise(handed_over.closed, "what follows a mail is heard");
}

}  // namespace inboxd::fuzz
