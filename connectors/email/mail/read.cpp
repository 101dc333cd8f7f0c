#include "connectors/email/mail/read.hpp"

#include <algorithm>

#include "connectors/email/mail/automation.hpp"
#include "connectors/email/mail/body.hpp"
#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/checks.hpp"
#include "connectors/email/mail/envelope.hpp"
#include "connectors/email/mail/files.hpp"
#include "connectors/email/mail/header_text.hpp"
#include "connectors/email/mail/layout.hpp"
#include "connectors/email/mail/parts.hpp"
#include "connectors/email/mail/placement.hpp"
#include "connectors/email/mail/report.hpp"
#include "connectors/email/self_message.hpp"
#include "connectors/email/token.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t subject_bytes_max = 500;
constexpr std::size_t digest_digits = 32;  // 128 bits tell mails apart
constexpr std::size_t references_max = 50;

struct MailNames {
  std::string message_id;  // made up from the mail's bytes where it has none
  std::string key;
};

MailNames names_of(const DividedMail& mail) {
  MailNames names;
  const auto ids = message_ids_of(mail.root().fields.find("message-id"), 1);
  names.message_id =
      ids.empty() ? '<' + mail.whole_digest.substr(0, digest_digits) + "@no-message-id.invalid>" : ids.front();
  names.key = names.message_id + ':' + mail.body_digest.substr(0, digest_digits);
  return names;
}

class MailReader {
 public:
  MailReader(OriginalSource& source, const ReadOptions& options, const std::string& context, PartSink& sink)
      : source_(source), options_(options), envelope_(envelope_of(context)), sink_(sink) {}

  Result<Inbound> run() {
    auto mail = divide(source_);
    if (!mail) return mail.error();
    mail_ = std::move(*mail);
    names_ = names_of(mail_);
    at_ = written_at(fields(), envelope_).value_or(Timestamp{});
    if (is_own_doing(names_.message_id)) return Inbound{};
    read_head();
    std::optional<DeliveryReport> report;
    if (!envelope_.sent) {
      auto read = delivery_report(source_, mail_, envelope_, head_.from.address, options_);
      if (!read) return read.error();
      report = std::move(*read);
    }
    if (report && is_own_doing(report->message_id)) return Inbound{};
    const bool settles = report && !report->message_id.empty() && report->action != DeliveryAction::delayed;
    if (settles) return outcome(*report);
    auto message = read_message(report);
    if (!message) return message.error();
    Inbound inbound;
    if (auto sent = envelope_.sent ? proof_of_sending(names_.message_id) : std::nullopt)
      inbound.events.emplace_back(std::move(*sent));
    inbound.events.emplace_back(std::move(*message));
    return inbound;
  }

 private:
  [[nodiscard]] const Fields& fields() const { return mail_.root().fields; }

  /// A mail that `doctor` sent from this mailbox to itself: nobody's, so nothing comes of it.
  [[nodiscard]] bool is_own_doing(const std::string& message_id) const {
    return is_self_message(options_.signing_key, message_id, envelope_.received_at.value_or(at_));
  }

  [[nodiscard]] std::vector<MailAddress> addresses(std::string_view name) {
    std::vector<MailAddress> all;
    bool cut = false;
    for (const auto value : fields().every(name))
      for (auto& address : addresses_of(value, &cut)) {
        cut = cut || all.size() >= addresses_max;
        if (all.size() < addresses_max) all.push_back(std::move(address));
      }
    if (cut) note("The mail names more addresses than are kept; all are in the original.");
    return all;
  }

  void read_head() {
    head_.notes = mail_.notes;
    if (envelope_.too_large) note("The mail is too large to be kept; only its header is here.");
    if (envelope_.unreadable) note("The mail server does not give the whole mail; what it gave is here.");
    head_.subject = std::string(cut_utf8(decode_words(fields().find("subject")), subject_bytes_max));
    head_.to = addresses("to");
    head_.cc = addresses("cc");
    head_.reply_to = addresses("reply-to");
    head_.from = author();
    envelope_.sent = envelope_.sent || was_sent() || is_own_reply();
    head_.bcc = envelope_.sent ? addresses("bcc") : std::vector<MailAddress>();
    const auto checks = sender_checks(fields(), options_.authserv_id);
    head_.spf = checks.spf;
    head_.dkim = checks.dkim;
    head_.dmarc = checks.dmarc;
  }

  /// A mailbox's history holds both directions. What went to nobody else is a form's, or a note to oneself.
  [[nodiscard]] bool was_sent() const {
    if (!envelope_.history || !is_own(head_.from.address, options_)) return false;
    const auto is_foreign = [&](const MailAddress& address) { return !is_own(address.address, options_); };
    return std::any_of(head_.to.begin(), head_.to.end(), is_foreign) ||
           std::any_of(head_.cc.begin(), head_.cc.end(), is_foreign);
  }

  /// A reply of this inbox that came back: by an alias, a list, a copy of all that is sent. No customer wrote it.
  [[nodiscard]] bool is_own_reply() const {
    return is_own(head_.from.address, options_) && stable_id_of(options_.signing_key, names_.message_id);
  }

  /// A copy of a reply, or what a server says of it, shows that a server took it, which settles one whose answer was
  /// lost and makes its id known: what follows then finds it. Which row it was is all that counts, any attempt has the
  /// same id.
  [[nodiscard]] std::optional<DeliveryReported> proof_of_sending(const std::string& message_id) const {
    const auto stable_id = stable_id_of(options_.signing_key, message_id);
    if (!stable_id) return std::nullopt;
    DeliveryReported reported;
    reported.origin.dedupe_key = "copy:" + names_.key;
    reported.external_id = message_id;
    reported.correlation = *stable_id + ".1";
    reported.state = DeliveryState::sent;
    reported.at = at_;
    return reported;
  }

  /// Reply-To says where answers go, never who wrote.
  MailAddress author() {
    for (const std::string_view name : {"from", "sender", "return-path"})
      for (auto& address : addresses_of(fields().find(name)))
        if (address.address.find('@') != std::string::npos) return address;
    if (envelope_.from && envelope_.from->find('@') != std::string::npos) return {clean_line(*envelope_.from), {}};
    // A server's notices may come from a name without a domain.
    for (auto& address : addresses_of(fields().find("from"))) return address;
    note("The mail does not say who wrote it.");
    return {"unknown@no-sender.invalid", {}};
  }

  /// Whom the conversation is with. A list that sends in our name tells the writer in X-Original-Sender; from anybody
  /// else that field is a claim.
  [[nodiscard]] InboundIdentity thread() const {
    MailAddress with = head_.from;
    if (envelope_.sent) {
      with = recipient().value_or(with);
    } else if (is_own(with.address, options_)) {
      const auto original = addresses_of(fields().find("x-original-sender"));
      if (!original.empty() && original.front().address.find('@') != std::string::npos) with = original.front();
    }
    InboundIdentity identity;
    identity.handle = lower_case(with.address);
    identity.name = with.name;
    identity.verified = !envelope_.sent && head_.dmarc == "pass";
    return identity;
  }

  /// The first whom a mail of ours went to, rather somebody else than ourselves.
  [[nodiscard]] std::optional<MailAddress> recipient() const {
    std::optional<MailAddress> first;
    for (const auto* all : {&head_.to, &head_.cc, &head_.bcc})
      for (const auto& address : *all) {
        if (!is_own(address.address, options_)) return address;
        if (!first) first = address;
      }
    return first;
  }

  Inbound outcome(const DeliveryReport& report) {
    Inbound inbound;
    if (auto sent = proof_of_sending(report.message_id)) inbound.events.emplace_back(std::move(*sent));
    DeliveryReported reported;
    reported.origin.dedupe_key = "report:" + names_.key;
    reported.external_id = report.message_id;
    reported.at = at_;
    const bool failed = report.action == DeliveryAction::failed;
    reported.state = failed                                       ? DeliveryState::failed
                     : report.action == DeliveryAction::delivered ? DeliveryState::delivered
                                                                  : DeliveryState::sent;
    if (failed) {
      reported.reason_code = report.status.empty() ? "5.0.0" : report.status;
      reported.reason_detail = report.recipient;
      if (!report.recipient.empty() && !report.diagnostic.empty()) reported.reason_detail += ": ";
      reported.reason_detail += report.diagnostic;
    }
    inbound.events.emplace_back(std::move(reported));
    if (!failed || report.recipient.empty() || !is_hard_failure(report.status)) return inbound;
    IdentityChanged changed;
    changed.origin.dedupe_key = "unreachable:" + names_.key;
    changed.identity.handle = report.recipient;
    changed.identity.verified = false;
    changed.reachable = false;
    changed.at = at_;
    inbound.events.emplace_back(std::move(changed));
    return inbound;
  }

  Result<MessageReceived> read_message(const std::optional<DeliveryReport>& report) {
    const auto layout = layout_of(mail_);
    auto text = read_text(source_, mail_, layout);
    if (!text) return text.error();
    auto files = layout.files;
    files.insert(files.end(), text->too_long.begin(), text->too_long.end());
    auto attachments = store_files(source_, mail_, files, text->html, sink_);
    if (!attachments) return attachments.error();
    const auto about = receipt_about(source_, mail_);
    if (!about) return about.error();

    MessageReceived message;
    message.origin.dedupe_key = "mail:" + names_.key;
    message.direction = envelope_.sent ? Direction::out : Direction::in;
    message.external_id = names_.message_id;
    message.thread = thread();
    message.text = std::move(text->text);
    message.html = std::move(text->html);
    message.content.quoted_text = std::move(text->quoted);
    message.attachments = std::move(*attachments);
    message.created_at = at_;
    message.subject = head_.subject;
    message.placement = placement_of(fields(), envelope_, head_.subject, options_);
    refer_to(*message.placement, *about);
    if (report) refer_to(*message.placement, report->message_id);
    const auto answered = message_ids_of(fields().find("in-reply-to"), 1);
    if (!answered.empty()) message.reply_to = answered.front();
    message.automation = automation_of(mail_, envelope_, {head_.from.address, head_.subject}, options_);
    if (report) message.automation = Automation::notice;  // a server's, though it calls itself a reply
    for (const auto& sentence : text->notes) note(sentence);
    head_.signature = std::move(text->signature);
    if (message.automation != Automation::none) head_.automation = std::string(enum_name(message.automation));
    message.content.detail = std::move(head_);
    return message;
  }

  static void refer_to(PlacementHints& hints, const std::string& id) {
    if (id.empty() || std::find(hints.references.begin(), hints.references.end(), id) != hints.references.end()) return;
    hints.references.insert(hints.references.begin(), id);
    if (hints.references.size() > references_max) hints.references.pop_back();
  }

  void note(const std::string& sentence) { head_.notes.push_back(sentence); }

  OriginalSource& source_;
  const ReadOptions& options_;
  Envelope envelope_;
  PartSink& sink_;
  DividedMail mail_;
  MailNames names_;
  EmailContent head_;
  Timestamp at_;
};

}  // namespace

Result<Inbound> read_mail(OriginalSource& source, const ReadOptions& options, const std::string& context,
                          PartSink& parts) {
  return MailReader(source, options, context, parts).run();
}

}  // namespace inboxd::connectors::email
