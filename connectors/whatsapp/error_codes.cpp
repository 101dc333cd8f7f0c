// The table of Graph's error codes. Called by outcome.cpp, status.cpp and notices.cpp.
#include "connectors/whatsapp/error_codes.hpp"

#include <algorithm>
#include <array>

#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

constexpr std::size_t detail_bytes_max = 300;

struct Row {
  std::int64_t code = 0;
  ErrorClass error_class = ErrorClass::unknown;
  std::string_view word;
  std::string_view sentence;
  std::int64_t wait_seconds = 0;
};

constexpr auto later_here = ErrorClass::retry_conversation;
constexpr auto later = ErrorClass::retry_inbox;
constexpr auto person = ErrorClass::attention;
constexpr auto never = ErrorClass::final;
constexpr auto gone = ErrorClass::final_unreachable;

constexpr std::array<Row, 66> rows{{
    {0, person, "token_invalid", "Meta does not accept the access token: make a new one and put it in the config."},
    {1, later_here, "provider_error", "Meta had an internal error."},
    {2, later, "provider_unavailable", "Meta's service is overloaded or down for a while."},
    {3, person, "permission_missing", "The app may not use this function: check its permissions at Meta."},
    {4, later, "rate_limited", "The app made too many calls; Meta asks to wait.", 60},
    {10, person, "permission_missing", "The app lacks a permission or it was withdrawn: check it at Meta."},
    {33, person, "number_removed", "Meta does not know this phone_number_id any more: check it in the config."},
    {100, never, "invalid_request", "Meta refused the message as malformed."},
    {190, person, "token_expired", "The access token expired or was withdrawn: make a new one at Meta."},
    {368, person, "account_blocked", "Meta blocked the account for breaking its policies: see Meta's account quality."},
    {80007, later, "rate_limited", "The WhatsApp Business Account reached its rate limit; Meta asks to wait.", 60},
    {130429, later, "rate_limited", "The number sent more messages per second than Meta allows."},
    {130472, never, "experiment", "Meta holds this message back: the customer's number is part of an experiment."},
    {130497, person, "country_restricted", "Meta does not let this account write to customers in this country."},
    {131000, later_here, "provider_error", "Meta could not send the message and does not say why."},
    {131005, person, "access_denied", "The app's permission was not granted or was withdrawn: check it at Meta."},
    {131008, never, "invalid_request", "Meta says that a required part of the message is missing."},
    {131009, never, "invalid_request", "Meta says that a part of the message has a wrong value."},
    {131016, later, "provider_unavailable", "Meta's service is unavailable for a while."},
    {131021, never, "recipient_is_sender", "The recipient is this inbox's own number."},
    {131026, gone, "undeliverable",
     "WhatsApp cannot deliver to this person: no WhatsApp on this number, a version that is too old, or the terms "
     "not accepted."},
    {131030, never, "recipient_not_allowed", "This is a test number, and the recipient is not on its list at Meta."},
    {131031, person, "account_locked", "Meta locked the account: see Meta's account quality."},
    {131037, person, "display_name_missing", "The number's display name is not approved: see WhatsApp Manager."},
    {131042, person, "payment_missing", "Meta has a problem with the payment method: see the billing settings."},
    {131044, person, "payment_missing", "Meta has no valid payment method: see the billing settings."},
    {131045, person, "number_not_registered", "The number is not registered for the Cloud API: register it at Meta."},
    {131047, never, "window_closed",
     "More than 24 hours have passed since the customer's last message: only an approved template can be sent."},
    {131048, person, "spam_limit", "Meta limits this number because customers blocked it or reported it as spam."},
    {131049, never, "marketing_limit", "Meta holds marketing messages to this customer back; try again after a day."},
    {131050, never, "opted_out", "The customer does not want marketing messages from this business."},
    {131051, never, "unsupported_type", "WhatsApp does not support this type of message."},
    {131052, never, "media_unreadable", "WhatsApp could not download the file."},
    {131053, never, "media_refused", "WhatsApp did not take the file: its type or its contents."},
    {131056, later_here, "pair_rate_limited", "Too many messages to this customer in a short time."},
    {131057, later, "maintenance", "Meta maintains this account; it answers again in some minutes.", 60},
    {131062, never, "phone_needed", "WhatsApp takes this message only to a phone number, which is not known here."},
    {131063, never, "invalid_request", "Meta refused the recipient of this message."},
    {131064, person, "account_restricted", "Meta restricts what this account may send: see WhatsApp Manager."},
    {132000, never, "template_mismatch", "The number of parameters is not that of the template."},
    {132001, never, "template_unknown", "There is no approved template of this name in this language."},
    {132005, never, "template_too_long", "With its parameters filled in, the template's text is too long."},
    {132007, never, "template_refused", "The template breaks a rule of WhatsApp's."},
    {132008, never, "template_mismatch", "The template was approved without parameters or with other ones."},
    {132012, never, "template_mismatch", "A parameter has another format than the template asks for."},
    {132015, never, "template_paused", "Meta paused this template because customers complained about it."},
    {132016, never, "template_disabled", "Meta switched this template off for good."},
    {132018, never, "template_mismatch", "A parameter of the template is not allowed as it stands."},
    {132068, never, "flow_blocked", "The template's flow is blocked."},
    {132069, never, "flow_throttled", "The template's flow was sent too often this hour."},
    {133000, later, "provider_error", "Meta has not finished removing an earlier registration of this number.", 60},
    {133004, later, "provider_unavailable", "Meta's server is unavailable for a while."},
    {133005, person, "number_not_registered", "The number's two-step PIN is wrong: see WhatsApp Manager."},
    {133006, person, "number_not_registered", "The number must be verified before it is registered."},
    {133010, person, "number_not_registered", "The number is not registered for the Cloud API: register it at Meta."},
    {133016, later, "rate_limited", "The number was registered or removed too often; Meta asks to wait.", 3600},
    {134011, person, "payment_terms", "The terms of WhatsApp's payments are not accepted: see WhatsApp Manager."},
    {135000, later_here, "provider_error", "Meta could not send the message and does not say why."},
    {137000, never, "identity_changed",
     "The customer's security code changed, and Meta holds the message back until that is acknowledged."},
    {138000, never, "calls_not_enabled", "Calls are not switched on for this number."},
    {200, person, "permission_missing", "The app may not send for this number: check its permissions at Meta."},
    {2494055, person, "token_invalid", "The access token is not that of this account."},
    {2593079, never, "template_refused", "The template breaks a rule of WhatsApp's."},
    {131055, never, "invalid_request", "Meta does not allow this request in this form."},
    {131060, never, "unavailable", "The message is not available any more."},
    {131061, never, "invalid_request", "Meta refused the recipient of this message."},
}};

const Row* row_of(const GraphError& error) {
  const auto* const found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.code == error.code; });
  return found != rows.end() ? found : nullptr;
}

/// Object not found under the number's own path: the phone_number_id or the token's rights are wrong, not the message.
bool is_missing_number(const GraphError& error) { return error.code == 100 && error.subcode == 33; }

std::string shortened(std::string text) {
  if (text.size() <= detail_bytes_max) return text;
  auto end = detail_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

GraphError graph_error_from(const boost::json::value& error) {
  GraphError out;
  if (!has(error, "code")) return out;
  out.code = integer_of(error, "code");
  out.subcode = integer_of(error, "error_subcode");
  out.transient = flag_of(error, "is_transient");
  for (const auto& words : {text_of(member(error, "error_data"), "details"), text_of(error, "error_user_msg"),
                            text_of(error, "message"), text_of(error, "title")})
    if (out.detail.empty()) out.detail = shortened(words);
  return out;
}

ErrorClass class_of(const GraphError& error) {
  if (is_missing_number(error)) return ErrorClass::attention;
  if (const auto* row = row_of(error)) return row->error_class;
  // Graph's whole range of missing permissions.
  if (error.code >= 200 && error.code <= 299) return ErrorClass::attention;
  return error.transient ? ErrorClass::retry_conversation : ErrorClass::unknown;
}

ErrorReason reason_of(const GraphError& error) {
  if (error.code < 0) return {"refused", "WhatsApp did not deliver the message and gave no reason."};
  const auto number = std::to_string(error.code);
  const std::string meta = "(WhatsApp error " + number + (error.detail.empty() ? "" : ": " + error.detail) + ")";
  if (is_missing_number(error))
    return {"number_unknown", "Meta does not know this phone_number_id or the token may not use it. " + meta};
  if (const auto* row = row_of(error)) return {std::string(row->word), std::string(row->sentence) + " " + meta};
  if (class_of(error) == ErrorClass::attention)
    return {"permission_missing", "The app lacks a permission at Meta. " + meta};
  return {"whatsapp_" + number, "WhatsApp refused it. " + meta};
}

std::int64_t seconds_to_wait(const GraphError& error) {
  const auto* row = row_of(error);
  return row != nullptr ? row->wait_seconds : 0;
}

}  // namespace inboxd::connectors::whatsapp
