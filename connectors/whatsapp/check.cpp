// The number's own page at Graph, then, where business_account_id is set, its templates. Called by connector.cpp.
#include "connectors/whatsapp/check.hpp"

#include "connectors/sdk/json_access.hpp"
#include "connectors/whatsapp/outcome.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

CheckFinding finding(const Account& account, InboxHealthState state, std::string code, std::string detail) {
  return {state, std::move(code), std::move(detail), account.phone_number_id};
}

CheckFinding finding_of(const Account& account, const SendOutcome& outcome) {
  if (const auto* wait = std::get_if<RetryAfter>(&outcome))
    return finding(account, InboxHealthState::degraded, wait->code, wait->why);
  if (const auto* attention = std::get_if<NeedsAttention>(&outcome))
    return finding(account, InboxHealthState::unhealthy, attention->code, attention->why);
  if (const auto* rejected = std::get_if<Rejected>(&outcome))
    return finding(account, InboxHealthState::unhealthy, rejected->code, rejected->why);
  return finding(account, InboxHealthState::degraded, "garbled_answer", "WhatsApp's answer was not understood.");
}

/// "Connected as +39 … (Name), quality GREEN."
CheckFinding number_finding(const Account& account, const boost::json::value& number) {
  const auto phone = text_of(number, "display_phone_number");
  const auto name = text_of(number, "verified_name");
  const auto quality = text_of(number, "quality_rating");
  std::string detail = "Connected as " + (phone.empty() ? account.phone_number_id : phone);
  if (!name.empty()) detail += " (" + name + ")";
  if (!quality.empty()) detail += ", quality " + quality;
  detail += ".";
  if (quality != "RED") return finding(account, InboxHealthState::healthy, "ok", std::move(detail));
  return finding(account, InboxHealthState::degraded, "quality_low",
                 detail + " Customers block or report this number: see WhatsApp Manager before Meta limits it.");
}

CheckFinding with_templates(const Account& account, CheckFinding number, const Exchange& answer) {
  const auto refusal = refusal_of(answer, Effect::invisible);
  const auto json = parse_json(answer.body);
  if (refusal || !json || !member(*json, "data").is_array()) {
    const auto why = refusal ? finding_of(account, *refusal).detail : std::string("The answer was not understood.");
    return finding(account, InboxHealthState::degraded, "templates_unreadable",
                   number.detail + " Its templates cannot be listed; check business_account_id. " + why);
  }
  std::size_t approved = 0;
  const auto& templates = array_of(*json, "data");
  for (const auto& one : templates)
    if (text_of(one, "status") == "APPROVED") ++approved;
  number.detail += " " + std::to_string(approved) + " of " + std::to_string(templates.size()) + " templates approved.";
  return number;
}

}  // namespace

CheckStep next_step_of_check(const Account& account, const Exchanges& done) {
  if (done.empty())
    return graph_get(account, "number",
                     account.phone_number_id + "?fields=display_phone_number,verified_name,quality_rating");
  if (const auto refusal = refusal_of(done.front(), Effect::invisible)) return finding_of(account, *refusal);
  const auto json = parse_json(done.front().body);
  if (!json || id_of(*json, "id") != account.phone_number_id)
    return finding(
        account, InboxHealthState::unhealthy, "number_unknown",
        "Graph answered for another object than this phone_number_id: check phone_number_id and graph_base.");
  auto number = number_finding(account, *json);
  if (account.business_account_id.empty()) return number;
  if (done.size() == 1)
    return graph_get(account, "templates",
                     account.business_account_id + "/message_templates?fields=name,status,language&limit=100");
  return with_templates(account, std::move(number), done[1]);
}

std::optional<CheckFinding> missing_settings(const Account& account) {
  if (account.app_secret.empty())
    return finding(account, InboxHealthState::unhealthy, "app_secret_missing",
                   "No app_secret is set, so webhooks cannot be verified and are refused: copy it from the app's "
                   "basic settings at Meta.");
  if (account.verify_token.empty())
    return finding(account, InboxHealthState::unhealthy, "verify_token_missing",
                   "No verify_token is set, so Meta's handshake is refused: choose one and enter it in the app's "
                   "webhook settings too.");
  return std::nullopt;
}

}  // namespace inboxd::connectors::whatsapp
