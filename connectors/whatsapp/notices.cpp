// Notices carry no id of their own: their dedupe key is a hash of what they say and when. Called by normalise.cpp.
#include "connectors/whatsapp/notices.hpp"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>

#include "connectors/sdk/signature.hpp"
#include "connectors/whatsapp/error_codes.hpp"
#include "connectors/whatsapp/identity.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

constexpr std::size_t word_bytes_max = 200;

std::string word(const value& object, std::string_view key) {
  auto text = id_of(object, key);
  return text.size() <= word_bytes_max ? text : std::string();
}

std::string dedupe_key_of(const std::string& kind, const value& content, Timestamp at) {
  const auto text = boost::json::serialize(content);
  return "n:" + kind + ":" + hmac_sha256_hex(kind + std::to_string(to_unix_ms(at)), text).substr(0, 32);
}

template <std::size_t N>
bool one_of(const std::string& text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

struct Summary {
  std::string detail;
  bool needs_person = false;
};

Summary template_status(const value& content) {
  const auto event = word(content, "event");
  const auto reason = word(content, "reason");
  Summary summary;
  summary.detail = "Template " + word(content, "message_template_name") + " (" +
                   word(content, "message_template_language") + ") is now " + event + ".";
  if (!reason.empty() && reason != "NONE") summary.detail += " Reason: " + reason + ".";
  summary.needs_person = one_of<4>(event, {"REJECTED", "PAUSED", "DISABLED", "FLAGGED"});
  return summary;
}

Summary template_quality(const value& content) {
  const auto now = word(content, "new_quality_score");
  return {"The quality of template " + word(content, "message_template_name") + " (" +
              word(content, "message_template_language") + ") went from " + word(content, "previous_quality_score") +
              " to " + now + ".",
          now == "RED"};
}

Summary template_category(const value& content) {
  return {"Template " + word(content, "message_template_name") + " (" + word(content, "message_template_language") +
              ") changes category from " + word(content, "previous_category") + " to " + word(content, "new_category") +
              ".",
          false};
}

Summary number_quality(const value& content) {
  const auto event = word(content, "event");
  return {"Quality of number " + word(content, "display_phone_number") + ": " + event + ", limit " +
              word(content, "current_limit") + ".",
          event == "FLAGGED" || event == "DOWNGRADE"};
}

Summary number_name(const value& content) {
  const auto decision = word(content, "decision");
  return {"Display name of number " + word(content, "display_phone_number") + ": " + decision + ".",
          decision == "REJECTED"};
}

Summary account_update(const value& content) {
  const auto event = word(content, "event");
  Summary summary{"Account event " + event + ".", false};
  for (const auto& restriction : array_of(content, "restriction_info"))
    summary.detail += " Restriction: " + word(restriction, "restriction_type") + ".";
  if (has(content, "violation_info"))
    summary.detail += " Violation: " + word(member(content, "violation_info"), "violation_type") + ".";
  if (has(content, "ban_info"))
    summary.detail += " State: " + word(member(content, "ban_info"), "waba_ban_state") + ".";
  summary.needs_person =
      one_of<7>(event, {"ACCOUNT_DELETED", "ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "DISABLED_UPDATE",
                        "PARTNER_REMOVED", "ACCOUNT_OFFBOARDED", "PHONE_NUMBER_REMOVED"});
  return summary;
}

Summary account_review(const value& content) {
  const auto decision = word(content, "decision");
  return {"Meta's review of the account: " + decision + ".", decision == "REJECTED"};
}

Summary account_alert(const value& content) {
  const auto severity = word(content, "alert_severity");
  return {"Alert " + word(content, "alert_type") + " (" + severity + "): " + word(content, "alert_status") + ". " +
              word(content, "alert_description"),
          severity == "CRITICAL" || severity == "WARNING"};
}

Summary preferences(const value& content) {
  Summary summary;
  for (const auto& preference : array_of(content, "user_preferences")) {
    const auto phone = e164(word(preference, "wa_id"));
    const auto who = phone.empty() ? word(preference, "user_id") : phone;
    if (!summary.detail.empty()) summary.detail += " ";
    summary.detail += "Customer " + who + ", " + word(preference, "category") + ": " + word(preference, "value") + ".";
    if (summary.detail.size() > 2000) break;
  }
  return summary;
}

Summary summary_of(const std::string& field, const value& content) {
  if (field == "message_template_status_update") return template_status(content);
  if (field == "message_template_quality_update") return template_quality(content);
  if (field == "template_category_update") return template_category(content);
  if (field == "phone_number_quality_update") return number_quality(content);
  if (field == "phone_number_name_update") return number_name(content);
  if (field == "account_update") return account_update(content);
  if (field == "account_review_update") return account_review(content);
  if (field == "account_alerts") return account_alert(content);
  if (field == "user_preferences") return preferences(content);
  // It may hold what customers wrote ("history"), so it is named only.
  return {"WhatsApp sent news of this kind, which is not used here; the original is kept.", false};
}

}  // namespace

void read_notice(const Envelope& envelope, const std::string& field, const std::string& business_account,
                 Reading& reading) {
  const auto name = field.substr(0, word_bytes_max);
  auto summary = summary_of(field, envelope.value);
  auto at = envelope.sent_at;
  if (const auto& changed = array_of(envelope.value, "user_preferences"); !changed.empty())
    at = time_of(changed.front(), "timestamp", at);
  const EventOrigin origin{dedupe_key_of(business_account + ":" + name, envelope.value, at), envelope.account};
  reading.add(AccountNotice{origin, name, std::move(summary.detail), summary.needs_person, at});
}

void read_account_error(const Envelope& envelope, const value& error, Reading& reading) {
  const auto graph_error = graph_error_from(error);
  const EventOrigin origin{dedupe_key_of("errors", error, envelope.sent_at), envelope.account};
  reading.add(AccountNotice{origin, "errors", reason_of(graph_error).sentence,
                            class_of(graph_error) == ErrorClass::attention, envelope.sent_at});
}

void read_unknown_status(const EventOrigin& origin, const value& status, Timestamp at, Reading& reading) {
  const auto& errors = array_of(status, "errors");
  const auto error = errors.empty() ? GraphError{} : graph_error_from(errors.front());
  std::string detail = "WhatsApp reports \"" + word(status, "status") + "\" for a message that was sent.";
  if (error.code >= 0) detail += " " + reason_of(error).sentence;
  reading.add(AccountNotice{origin, "message_status", std::move(detail), false, at});
}

}  // namespace inboxd::connectors::whatsapp
