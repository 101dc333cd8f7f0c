// Requests and answers behind connectors/email/login.hpp.
#include "connectors/email/login.hpp"

#include <cctype>

#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/signature.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t words_max = 300;
constexpr Milliseconds mail_timeout{10 * 60'000};  // RFC 5321 4.5.3.2.6, for the final dot
constexpr std::uint64_t token_bytes_max = 64U << 10U;

/// application/x-www-form-urlencoded
std::string form_encoded(std::string_view text) {
  constexpr std::string_view hex_digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    if (std::isalnum(value) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += hex_digits[value >> 4U];
      out += hex_digits[value & 0x0FU];
    }
  }
  return out;
}

std::string printable(std::string_view text) {
  std::string words(text.substr(0, words_max));
  for (char& c : words)
    if (c < ' ' || c > '~') c = c == '\n' ? ' ' : '?';
  while (words.ends_with(' ')) words.pop_back();
  return words;
}

/// "PLAIN LOGIN" of the line "AUTH PLAIN LOGIN" in what a server announced (RFC 4954 3).
std::string offered_logins(std::string_view announced) {
  constexpr std::string_view keyword = "\nAUTH ";
  const auto at = announced.find(keyword);
  if (at == std::string_view::npos) return {};
  announced.remove_prefix(at + keyword.size());
  return printable(announced.substr(0, announced.find('\n')));
}

bool is_token_answer(const Exchange& answer) {
  return answer.failure == TransferFailure::none && answer.status / 100 == 2;
}

/// Names a configured grant without telling it.
std::string digest_of(const RefreshGrant& configured) {
  return hmac_sha256_hex("oauth2 grant", configured.client_id + '\n' + configured.refresh_token);
}

}  // namespace

RefreshGrant current_grant(RefreshGrant configured, const std::string& state) {
  const auto json = parse_json(state);
  if (!json || text_of(*json, "granted_as") != digest_of(configured)) return configured;
  if (auto newer = text_of(*json, "refresh_token"); !newer.empty()) configured.refresh_token = std::move(newer);
  return configured;
}

std::optional<std::string> refreshed_grant(const RefreshGrant& configured, const std::string& state,
                                           const Exchange& answer) {
  const auto json = is_token_answer(answer) ? parse_json(answer.body) : std::nullopt;
  const auto token = json ? text_of(*json, "refresh_token") : std::string();
  if (token.empty() || token == current_grant(configured, state).refresh_token) return std::nullopt;
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  json_fields::field(writer, "granted_as", digest_of(configured));
  json_fields::field(writer, "refresh_token", token);
  writer.end_object();
  return text;
}

Transfer token_request(const RefreshGrant& grant) {
  Transfer transfer;
  transfer.label = token_label;
  transfer.url = grant.token_url;
  transfer.repeatable = true;
  transfer.confidential = true;
  transfer.response_bytes_max = token_bytes_max;
  TextBody body;
  body.mime = "application/x-www-form-urlencoded";
  body.text = "grant_type=refresh_token&refresh_token=" + form_encoded(grant.refresh_token) +
              "&client_id=" + form_encoded(grant.client_id);
  if (!grant.client_secret.empty()) body.text += "&client_secret=" + form_encoded(grant.client_secret);
  transfer.body = std::move(body);
  return transfer;
}

std::string token_of(const Exchange& answer) {
  if (!is_token_answer(answer)) return {};
  const auto json = parse_json(answer.body);
  return json ? text_of(*json, "access_token") : std::string();
}

bool grant_is_refused(const Exchange& answer) {
  return answer.failure == TransferFailure::none && answer.status / 100 == 4 && answer.status != 429;
}

bool login_is_refused(const Exchange& answer) {
  constexpr int needed = 530;
  constexpr int too_weak = 534;
  constexpr int refused = 535;
  constexpr int needs_tls = 538;
  return answer.failure == TransferFailure::none && (answer.status == needed || answer.status == too_weak ||
                                                     answer.status == refused || answer.status == needs_tls);
}

bool login_is_impossible(const Exchange& answer) {
  constexpr int none_fits = 504;
  return answer.failure == TransferFailure::not_sent && answer.status == none_fits;
}

std::string words_of_impossible_login(const MailboxSettings& mailbox, const Exchange& answer) {
  const bool by_token = mailbox.oauth2.given();
  std::string words = "The mail server at smtp_url offers no login that fits ";
  words += by_token ? "oauth2 (OAUTHBEARER or XOAUTH2)" : "a password (PLAIN or LOGIN)";
  if (const auto offered = offered_logins(answer.body); !offered.empty()) words += "; it offers " + offered;
  return words + (by_token ? ". Set password instead" : ". Set oauth2 instead") +
         ", or the port for submission in smtp_url.";
}

Transfer smtp_transfer(const MailboxSettings& mailbox, const std::string& token) {
  Transfer transfer;
  transfer.url = mailbox.smtp_url;
  transfer.timeout = mail_timeout;
  transfer.tls = mailbox.smtp_tls;
  transfer.login = Login{mailbox.username, token.empty() ? mailbox.password : std::string(), token};
  return transfer;
}

std::string words_of(const Exchange& answer) {
  return printable(answer.failure == TransferFailure::none ? std::to_string(answer.status) + ' ' + answer.body
                                                           : answer.failure_detail);
}

}  // namespace inboxd::connectors::email
