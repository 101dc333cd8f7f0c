// One configured WhatsApp number: what its [[inbox]] table said, and the Graph requests that every subject of this
// folder builds on. Values only; it never makes a request itself.
#pragma once

#include <string>
#include <string_view>

#include "connectors/sdk/settings.hpp"
#include "connectors/sdk/transfer.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::whatsapp {

struct Account {
  std::string phone_number_id;
  std::string access_token;
  std::string app_secret;    // empty: webhooks cannot be verified and are refused
  std::string verify_token;  // empty: the handshake is refused
  std::string graph_base;    // without a slash at its end
  std::string graph_version;
  std::string business_account_id;  // empty: templates cannot be listed
};

/// Refuses what would end in a wrong URL or header, naming the key and never quoting a secret.
Result<Account> account_from(const Settings& settings);

/// "https://graph.facebook.com/v23.0/" + path.
std::string graph_url(const Account& account, std::string_view path);
std::pair<std::string, std::string> bearer(const Account& account);

Transfer graph_get(const Account& account, std::string label, std::string_view path);
/// POST of a JSON text to /{phone_number_id}/messages; not repeatable.
Transfer graph_message(const Account& account, std::string label, std::string json);

}  // namespace inboxd::connectors::whatsapp
