// The handshake (GET with hub.* parameters) and X-Hub-Signature-256 (POST). Called by connector.cpp; it never parses
// a body: the signature is over the raw bytes, in which Meta escapes all that is not ASCII.
#include "connectors/whatsapp/verify.hpp"

#include <map>
#include <optional>

#include "connectors/sdk/signature.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

/// Meta's challenge is an integer of about ten digits; the limit keeps the answer from echoing anything else.
constexpr std::size_t challenge_characters_max = 128;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// application/x-www-form-urlencoded; nothing for a broken escape.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// The first value of each parameter; parameters with a broken escape are left out.
std::map<std::string, std::string> parameters_of(std::string_view query) {
  std::map<std::string, std::string> parameters;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    auto key = decoded(pair.substr(0, equals));
    auto value = decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{});
    if (key && value) parameters.emplace(std::move(*key), std::move(*value));
  }
  return parameters;
}

bool is_challenge(std::string_view text) {
  if (text.empty() || text.size() > challenge_characters_max) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && (c < '0' || c > '9') && c != '_' && c != '-') return false;
  }
  return true;
}

WebhookVerdict handshake(const Account& account, std::string_view query) {
  if (account.verify_token.empty()) return RefuseWebhook{403, "no verify_token is configured"};
  auto parameters = parameters_of(query);
  if (parameters["hub.mode"] != "subscribe") return RefuseWebhook{403, "hub.mode is not subscribe"};
  if (!equal_in_constant_time(parameters["hub.verify_token"], account.verify_token))
    return RefuseWebhook{403, "hub.verify_token is not the configured verify_token"};
  if (!is_challenge(parameters["hub.challenge"])) return RefuseWebhook{403, "hub.challenge is missing or malformed"};
  return ReplyToChallenge{parameters["hub.challenge"]};
}

WebhookVerdict signature(const Account& account, const WebhookRequest& request) {
  if (account.app_secret.empty()) return RefuseWebhook{403, "no app_secret is configured"};
  const auto given = header_of(request.headers, "x-hub-signature-256");
  if (given.empty()) return RefuseWebhook{403, "X-Hub-Signature-256 is missing"};
  const auto expected = "sha256=" + hmac_sha256_hex(account.app_secret, request.body);
  if (!equal_in_constant_time(given, expected)) return RefuseWebhook{403, "X-Hub-Signature-256 does not fit the body"};
  return AcceptWebhook{};
}

}  // namespace

WebhookVerdict verify_webhook(const Account& account, const WebhookRequest& request) {
  if (request.method == "GET") return handshake(account, request.query);
  if (request.method == "POST") return signature(account, request);
  return RefuseWebhook{403, "WhatsApp's webhooks are GET or POST"};
}

}  // namespace inboxd::connectors::whatsapp
