// Reads and checks the settings of a number, and builds its Graph requests. Called by channel.cpp and every subject
// that speaks to Graph.
#include "connectors/whatsapp/account.hpp"

#include <boost/url/parse.hpp>

namespace inboxd::connectors::whatsapp {
namespace {

bool only(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_id(std::string_view text) { return !text.empty() && text.size() <= 32 && only(text, "0123456789"); }

/// "v23.0"
bool is_version(std::string_view text) {
  const auto dot = text.find('.');
  return text.size() <= 8 && text.starts_with('v') && dot != std::string_view::npos && dot > 1 &&
         dot + 1 < text.size() && only(text.substr(1, dot - 1), "0123456789") &&
         only(text.substr(dot + 1), "0123456789");
}

bool is_base_url(std::string_view text) {
  const auto url = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  return url && (url->scheme() == "https" || url->scheme() == "http") && !url->host().empty() && !url->has_userinfo() &&
         !url->has_query() && !url->has_fragment();
}

/// A header cannot carry line ends, and Graph's tokens are printable ASCII.
bool is_token(std::string_view text) {
  for (const char c : text)
    if (c < '!' || c > '~') return false;
  return !text.empty();
}

}  // namespace

Result<Account> account_from(const Settings& settings) {
  Account account{settings.text("phone_number_id"),    settings.text("access_token"), settings.text("app_secret"),
                  settings.text("verify_token"),       settings.text("graph_base"),   settings.text("graph_version"),
                  settings.text("business_account_id")};
  while (account.graph_base.ends_with('/')) account.graph_base.pop_back();
  if (!is_id(account.phone_number_id))
    return bad_request("phone_number_id: the number's id is digits only (Meta's API setup page shows it)");
  if (!is_token(account.access_token))
    return bad_request("access_token: must be one word of printable characters, without line ends");
  if (!is_base_url(account.graph_base))
    return bad_request("graph_base: must be an http or https URL such as https://graph.facebook.com");
  if (!is_version(account.graph_version)) return bad_request("graph_version: must look like v23.0");
  if (!account.business_account_id.empty() && !is_id(account.business_account_id))
    return bad_request("business_account_id: the WhatsApp Business Account's id is digits only");
  return account;
}

std::string graph_url(const Account& account, std::string_view path) {
  return account.graph_base + "/" + account.graph_version + "/" + std::string(path);
}

std::pair<std::string, std::string> bearer(const Account& account) {
  return {"Authorization", "Bearer " + account.access_token};
}

Transfer graph_get(const Account& account, std::string label, std::string_view path) {
  Transfer transfer;
  transfer.label = std::move(label);
  transfer.method = "GET";
  transfer.url = graph_url(account, path);
  transfer.headers = {bearer(account)};
  transfer.repeatable = true;
  return transfer;
}

Transfer graph_message(const Account& account, std::string label, std::string json) {
  Transfer transfer;
  transfer.label = std::move(label);
  transfer.url = graph_url(account, account.phone_number_id + "/messages");
  transfer.headers = {bearer(account)};
  transfer.body = TextBody{"application/json", std::move(json)};
  return transfer;
}

}  // namespace inboxd::connectors::whatsapp
