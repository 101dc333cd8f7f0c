#include "connectors/email/mail/report.hpp"

#include <algorithm>
#include <array>

#include "connectors/email/mail/automation.hpp"
#include "connectors/email/mail/body.hpp"
#include "connectors/email/mail/bounce_text.hpp"
#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/header_text.hpp"
#include "connectors/email/mail/layout.hpp"
#include "connectors/email/mail/placement.hpp"
#include "connectors/email/text/html_text.hpp"
#include "connectors/email/token.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t report_bytes_max = 64U << 10U;  // what is read of each part of a report
constexpr std::size_t diagnostic_bytes_max = 500;
constexpr std::size_t recipients_max = 100;  // of one report; ours have one

/// "+3D" as "=", in addresses and envelope ids (RFC 3461, section 4).
std::string from_xtext(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded = text[i] == '+' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += coded ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return out;
}

/// "rfc822; <anna@example.com>" gives the address.
std::string typed_address(std::string_view value) {
  auto address = trimmed(value.substr(value.find(';') == std::string_view::npos ? 0 : value.find(';') + 1));
  if (address.starts_with('<') && address.ends_with('>')) address = address.substr(1, address.size() - 2);
  const auto clean = lower_case(clean_line(address));
  return clean.find('@') == std::string::npos || clean.size() > 320 ? std::string() : clean;
}

std::optional<DeliveryAction> action_of(std::string_view value) {
  const auto word = lower_case(trimmed(value));
  if (word.starts_with("failed")) return DeliveryAction::failed;
  if (word.starts_with("delayed")) return DeliveryAction::delayed;
  if (word.starts_with("relayed") || word.starts_with("expanded")) return DeliveryAction::relayed;
  if (word.starts_with("delivered")) return DeliveryAction::delivered;
  return std::nullopt;
}

std::optional<DeliveryReport> read_group(const Fields& group) {
  const auto action = action_of(group.find("action"));
  if (!action) return std::nullopt;
  DeliveryReport report;
  report.action = *action;
  report.recipient = typed_address(from_xtext(group.find("original-recipient")));
  if (report.recipient.empty()) report.recipient = typed_address(group.find("final-recipient"));
  report.status = status_in(group.find("status"));
  auto diagnostic = group.find("diagnostic-code");
  const auto semicolon = diagnostic.find(';');
  if (semicolon < 20) diagnostic.remove_prefix(semicolon + 1);
  report.diagnostic = std::string(cut_utf8(decode_words(trimmed(diagnostic)), diagnostic_bytes_max));
  return report;
}

/// The group's text up to an empty line, which is taken off too.
std::string_view next_group(std::string_view& text) {
  while (text.starts_with('\n') || text.starts_with("\r\n")) text.remove_prefix(text.front() == '\r' ? 2 : 1);
  const auto lf = text.find("\n\n");
  const auto crlf = text.find("\n\r\n");
  const auto end = std::min({lf, crlf, text.size()});
  const auto group = text.substr(0, end);
  text.remove_prefix(end);
  if (text.starts_with('\n')) text.remove_prefix(1);
  return group;
}

const Part* find_part(const DividedMail& mail, std::initializer_list<std::string_view> mimes) {
  for (const auto& part : mail.parts)
    if (!part.has_children() && std::find(mimes.begin(), mimes.end(), part.head.mime()) != mimes.end()) return &part;
  return nullptr;
}

std::string own_id(const ReadOptions& options, std::string_view id) {
  return stable_id_of(options.signing_key, id) ? std::string(id) : std::string();
}

/// The envelope id counts only when it carries a signature: as a Message-ID's front, a whole one, or a bounce tag.
std::string id_of_envelope(const ReadOptions& options, std::string_view envelope_id) {
  const auto id = from_xtext(trimmed(envelope_id));
  if (id.empty() || id.size() > message_id_bytes_max) return {};
  auto stable = stable_id_of(options.signing_key, id.find('@') == std::string::npos ? id + "@id" : id);
  if (!stable)
    if (const auto bounce = bounce_of_tag(options.signing_key, id)) stable = bounce->stable_id;
  return stable ? own_message_id(options, *stable) : std::string();
}

class ReportReader {
 public:
  ReportReader(OriginalSource& source, const DividedMail& mail, const Envelope& envelope, const ReadOptions& options)
      : source_(source), mail_(mail), envelope_(envelope), options_(options) {}

  Result<std::optional<DeliveryReport>> run(std::string_view from) {
    std::optional<DeliveryReport> report;
    // Answers during an absence come without a sender too, and quote whatever the customer's mail is about.
    const bool words_count = is_mail_system(from) || mail_.root().fields.has("x-failed-recipients");
    // A person may forward a report among other things.
    const bool is_report =
        words_count || null_sender(mail_.root().fields, envelope_) || mail_.root().head.is("multipart", "report");
    const Part* status = find_part(mail_, {"message/delivery-status", "message/global-delivery-status"});
    if (is_report && status != nullptr) {
      const auto front = decode_front(source_, status->encoded(), report_bytes_max);
      if (!front) return front.error();
      std::string envelope_id;
      report = read_delivery_status(front->bytes, envelope_id);
      if (report) report->message_id = id_of_envelope(options_, envelope_id);
    }
    if (!report && words_count) {
      auto in_words = read_words();
      if (!in_words) return in_words.error();
      report = std::move(*in_words);
    }
    if (!report || !report->message_id.empty()) return report;
    if (auto found = find_returned(*report); !found) return found.error();
    return report;
  }

 private:
  Result<std::optional<DeliveryReport>> read_words() {
    for (const auto& block : layout_of(mail_).blocks)
      for (const auto* form : {&block.plain, &block.html}) {
        if (form->empty()) continue;
        const auto text = text_of_part(source_, mail_.parts[form->front()], report_bytes_max);
        if (!text) return text.error();
        words_ = form == &block.html ? text_of_html(*text) : *text;
        const auto& fields = mail_.root().fields;
        return read_bounce_text(decode_words(fields.find("subject")), words_, fields.find("x-failed-recipients"));
      }
    return std::optional<DeliveryReport>();
  }

  /// The mail of ours in what was returned, or by the address that the report was sent to.
  Result<void> find_returned(DeliveryReport& report) {
    if (const Part* returned = find_part(mail_, {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers",
                                                 "message/global", "message/global-headers"})) {
      const auto front = decode_front(source_, returned->encoded(), report_bytes_max);
      if (!front) return front.error();
      for (const auto& id : message_ids_of(fields_of(front->bytes).find("message-id"), 1))
        report.message_id = own_id(options_, id);
    }
    for (const auto& id : message_ids_in(words_))
      if (report.message_id.empty()) report.message_id = own_id(options_, id);
    if (!report.message_id.empty()) return {};
    if (const auto tag = bounce_address(mail_.root().fields, envelope_, options_))
      report.message_id = own_message_id(options_, tag->stable_id);
    return {};
  }

  OriginalSource& source_;
  const DividedMail& mail_;
  const Envelope& envelope_;
  const ReadOptions& options_;
  std::string words_;
};

}  // namespace

std::optional<DeliveryReport> read_delivery_status(std::string_view text, std::string& envelope_id) {
  std::optional<DeliveryReport> worst;
  for (std::size_t groups = 0; !text.empty() && groups <= recipients_max; ++groups) {
    const Fields group = fields_of(next_group(text));
    if (envelope_id.empty()) envelope_id = std::string(group.find("original-envelope-id"));
    auto report = read_group(group);
    if (report && (!worst || report->action < worst->action)) worst = std::move(report);
  }
  return worst;
}

Result<std::optional<DeliveryReport>> delivery_report(OriginalSource& source, const DividedMail& mail,
                                                      const Envelope& envelope, std::string_view from,
                                                      const ReadOptions& options) {
  return ReportReader(source, mail, envelope, options).run(from);
}

Result<std::string> receipt_about(OriginalSource& source, const DividedMail& mail) {
  const Part* part = find_part(mail, {"message/disposition-notification"});
  if (part == nullptr) return std::string();
  const auto front = decode_front(source, part->encoded(), report_bytes_max);
  if (!front) return front.error();
  const auto ids = message_ids_of(fields_of(front->bytes).find("original-message-id"), 1);
  return ids.empty() ? std::string() : ids.front();
}

bool is_hard_failure(std::string_view status) {
  constexpr std::array hard{std::string_view{"5.1.1"}, std::string_view{"5.1.2"},  std::string_view{"5.1.3"},
                            std::string_view{"5.1.6"}, std::string_view{"5.1.10"}, std::string_view{"5.2.1"}};
  return std::find(hard.begin(), hard.end(), status) != hard.end();
}

}  // namespace inboxd::connectors::email
