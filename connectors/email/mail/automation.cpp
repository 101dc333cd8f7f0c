#include "connectors/email/mail/automation.hpp"

#include <algorithm>
#include <array>

#include "connectors/email/mail/header_text.hpp"
#include "connectors/email/mail/placement.hpp"

namespace inboxd::connectors::email {
namespace {

/// Subjects that mail programs give to answers during an absence.
constexpr std::array absence_subjects{
    std::string_view{"automatic reply:"},
    std::string_view{"auto-reply:"},
    std::string_view{"autoreply:"},
    std::string_view{"auto reply:"},
    std::string_view{"out of office:"},
    std::string_view{"out of the office"},
    std::string_view{"out of office autoreply"},
    std::string_view{"automatische antwort:"},
    std::string_view{"abwesenheitsnotiz"},
    std::string_view{"abwesend:"},
    std::string_view{"risposta automatica:"},
    std::string_view{"fuori sede"},
    std::string_view{"assente:"},
    std::string_view{"réponse automatique"},
    std::string_view{"absence du bureau"},
    std::string_view{"respuesta automática"},
    std::string_view{"fuera de la oficina"},
    std::string_view{"resposta automática"},
    std::string_view{"fora do escritório"},
    std::string_view{"automatisch antwoord"},
    std::string_view{"afwezig:"},
    std::string_view{"afwezigheidsassistent"},
};
constexpr std::array reply_fields{std::string_view{"x-autoreply"}, std::string_view{"x-autorespond"},
                                  std::string_view{"x-autoresponder"}, std::string_view{"x-autoreply-from"},
                                  std::string_view{"x-mail-autoreply"}};
constexpr std::array notice_fields{std::string_view{"x-loop"}, std::string_view{"feedback-id"},
                                   std::string_view{"x-precedence"}, std::string_view{"x-inboxd-id"}};

/// The value without comment and parameters: "auto-replied (vacation)".
std::string first_word(std::string_view value) {
  const auto text = trimmed(value);
  return lower_case(text.substr(0, text.find_first_of(" \t;(,")));
}

bool answers_by_itself(const DividedMail& mail, const Writer& writer, const ReadOptions& options) {
  const auto& fields = mail.root().fields;
  const auto submitted = first_word(fields.find("auto-submitted"));
  if (submitted == "auto-replied") return true;
  if (std::any_of(reply_fields.begin(), reply_fields.end(),
                  [&](std::string_view name) { return fields.has(name) && first_word(fields.find(name)) != "no"; }))
    return true;
  const auto precedence = first_word(fields.find("precedence"));
  if (precedence == "auto_reply" || first_word(fields.find("x-precedence")) == "auto_reply") return true;
  if (mail.root().head.is("multipart", "report") && mail.root().head.report_type == "disposition-notification")
    return true;
  const auto subject = lower_case(writer.subject);
  if (std::any_of(absence_subjects.begin(), absence_subjects.end(),
                  [&](std::string_view start) { return subject.starts_with(start); }))
    return true;
  // Made by a program, and an answer to a mail of ours.
  const bool generated = (!submitted.empty() && submitted != "no") || precedence == "bulk" || precedence == "junk";
  const auto answered = message_ids_of(fields.find("in-reply-to"), 5);
  return generated && std::any_of(answered.begin(), answered.end(), [&](const std::string& id) {
           return stable_id_of(options.signing_key, id).has_value();
         });
}

bool machine_address(std::string_view address) {
  const auto local = lower_case(address.substr(0, address.rfind('@')));
  const bool named = local.starts_with("noreply") || local.starts_with("no-reply") || local.starts_with("no_reply") ||
                     local.starts_with("donotreply") || local.starts_with("do-not-reply") ||
                     local.starts_with("bounce") || local.ends_with("-noreply") || local.ends_with("-no-reply");
  return named || is_mail_system(address);
}

bool suppresses_answers(std::string_view value) {
  return contains_word(value, "all") || contains_word(value, "oof") || contains_word(value, "autoreply");
}

bool made_by_machine(const DividedMail& mail, const Envelope& envelope, std::string_view from,
                     const ReadOptions& options) {
  const auto& fields = mail.root().fields;
  const auto submitted = first_word(fields.find("auto-submitted"));
  if (!submitted.empty() && submitted != "no") return true;
  const auto precedence = first_word(fields.find("precedence"));
  if (precedence == "bulk" || precedence == "junk" || precedence == "list") return true;
  if (std::any_of(fields.all().begin(), fields.all().end(),
                  [](const Field& field) { return field.name.starts_with("list-"); }))
    return true;
  if (std::any_of(notice_fields.begin(), notice_fields.end(), [&](std::string_view name) { return fields.has(name); }))
    return true;
  if (suppresses_answers(fields.find("x-auto-response-suppress"))) return true;
  if (mail.root().head.is("multipart", "report")) return true;
  return null_sender(fields, envelope) || machine_address(from) || is_own(from, options);
}

}  // namespace

bool is_mail_system(std::string_view address) {
  const auto local = lower_case(address.substr(0, address.rfind('@')));
  return local == "mailer-daemon" || local == "postmaster" || local == "mail-daemon" || local == "maildaemon";
}

Automation automation_of(const DividedMail& mail, const Envelope& envelope, const Writer& writer,
                         const ReadOptions& options) {
  if (envelope.sent) return Automation::none;
  if (answers_by_itself(mail, writer, options)) return Automation::reply;
  return made_by_machine(mail, envelope, writer.address, options) ? Automation::notice : Automation::none;
}

}  // namespace inboxd::connectors::email
