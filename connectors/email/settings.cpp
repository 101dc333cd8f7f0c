// Checks behind connectors/email/settings.hpp.
#include "connectors/email/settings.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "connectors/email/addresses.hpp"

namespace inboxd::connectors::email {
namespace {

/// "127.0.0.1" of "smtp://127.0.0.1:25/".
std::string_view host_of(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  if (url.starts_with('[')) return url.substr(0, url.find(']') + 1);
  return url.substr(0, url.find_first_of(":/"));
}

bool on_loopback(std::string_view url) {
  const auto host = host_of(url);
  return host == "localhost" || host.starts_with("127.") || host == "[::1]";
}

bool has_scheme(std::string_view url, std::string_view plain, std::string_view over_tls) {
  return (url.starts_with(plain) || url.starts_with(over_tls)) && !host_of(url).empty();
}

Result<RefreshGrant> read_grant(const Settings& settings) {
  RefreshGrant grant;
  const auto found = settings.values.find("oauth2");
  if (found == settings.values.end()) return grant;
  const auto* table = std::get_if<std::map<std::string, std::string>>(&found->second);
  if (table == nullptr)
    return bad_request("oauth2: write a table { token_url, client_id, client_secret, refresh_token }");
  const std::map<std::string_view, std::string*> keys{{"token_url", &grant.token_url},
                                                      {"client_id", &grant.client_id},
                                                      {"client_secret", &grant.client_secret},
                                                      {"refresh_token", &grant.refresh_token}};
  for (const auto& [key, value] : *table) {
    const auto known = keys.find(key);
    if (known == keys.end())
      return bad_request("oauth2: " + key + " is unknown; it takes token_url, client_id, client_secret, refresh_token");
    *known->second = value;
  }
  if (grant.token_url.empty() || grant.client_id.empty() || grant.refresh_token.empty())
    return bad_request("oauth2: token_url, client_id and refresh_token are needed");
  if (!grant.token_url.starts_with("https://") && !on_loopback(grant.token_url))
    return bad_request("oauth2: token_url must begin with https://");
  return grant;
}

/// TLS is unverified only where the servers are on this machine.
Result<TlsOptions> read_tls(const Settings& settings, const std::string& url, std::string_view key) {
  TlsOptions tls;
  tls.ca_file = settings.text("tls_ca_file");
  tls.verify = !settings.has("tls_verify") || settings.flag("tls_verify");
  if (tls.verify) return tls;
  if (!on_loopback(url))
    return bad_request("tls_verify: false is possible only where " + std::string(key) +
                       " is on this machine; give the server's CA in tls_ca_file instead");
  tls.required = false;
  return tls;
}

Result<void> check_login(const MailboxSettings& mailbox) {
  if (mailbox.username.empty() || has_control_characters(mailbox.username))
    return bad_request("username: give the name that the mail server knows this mailbox by");
  if (!mailbox.password.empty() && mailbox.oauth2.given()) return bad_request("password: set it or oauth2, not both");
  if (mailbox.password.empty() && !mailbox.oauth2.given())
    return bad_request("password: set it, or oauth2 where the provider asks for that");
  return {};
}

Result<void> check_folders(const MailboxSettings& mailbox) {
  if (mailbox.folders.empty()) return bad_request("folders: name at least one, such as INBOX");
  for (const auto& folder : mailbox.folders) {
    if (folder.empty() || has_control_characters(folder)) return bad_request("folders: a folder's name is not valid");
    if (std::count(mailbox.folders.begin(), mailbox.folders.end(), folder) > 1)
      return bad_request("folders: " + folder + " stands there twice");
    if (folder == mailbox.sent_folder)
      return bad_request("sent_folder: " + folder + " stands in folders too; keep it here only");
  }
  if (has_control_characters(mailbox.sent_folder)) return bad_request("sent_folder: the folder's name is not valid");
  return {};
}

/// A key that nothing would follow is a mistake: a folder of sent mail that is never read, for one.
Result<void> check_receiving(const Settings& settings, const MailboxSettings& mailbox) {
  if (mailbox.receive == Receive::lmtp) {
    for (const char* key : {"imap_url", "folders", "sent_folder"})
      if (settings.has(key))
        return bad_request(std::string(key) + ": no mailbox is read with receive = \"lmtp\"; remove it, or receive");
    return {};
  }
  if (mailbox.imap_url.empty())
    return bad_request("imap_url: give it, or set receive = \"lmtp\" where your own mail server hands mail over");
  if (!has_scheme(mailbox.imap_url, "imap://", "imaps://"))
    return bad_request("imap_url: must begin with imaps:// (or imap:// for STARTTLS) and name the server");
  return {};
}

Result<void> check_texts(const MailboxSettings& mailbox) {
  const auto address = typed_address(mailbox.address);
  if (!address || address->address != mailbox.address)
    return bad_request("address: not a mail address; it looks like support@example.com");
  if (!has_scheme(mailbox.smtp_url, "smtp://", "smtps://"))
    return bad_request("smtp_url: must begin with smtps:// (or smtp:// for STARTTLS) and name the server");
  if (has_control_characters(mailbox.sender_name)) return bad_request("sender_name: must stand on one line");
  if (has_control_characters(mailbox.authserv_id)) return bad_request("authserv_id: must stand on one line");
  return {};
}

std::string without_end_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

bool flag_or_true(const Settings& settings, const std::string& key) { return !settings.has(key) || settings.flag(key); }

}  // namespace

Result<MailboxSettings> read_mailbox_settings(const Settings& settings) {
  MailboxSettings mailbox;
  mailbox.address = settings.text("address");
  mailbox.receive = settings.text("receive") == "lmtp" ? Receive::lmtp : Receive::imap;
  mailbox.imap_url = without_end_slash(settings.text("imap_url"));
  mailbox.smtp_url = without_end_slash(settings.text("smtp_url"));
  mailbox.username = settings.text("username");
  mailbox.password = settings.text("password");
  mailbox.import = settings.text("import") == "all" ? Import::all : Import::only_new;
  mailbox.folders = settings.has("folders") ? settings.list("folders") : std::vector<std::string>{"INBOX"};
  mailbox.sent_folder = settings.text("sent_folder");
  mailbox.sender_name = settings.text("sender_name");
  mailbox.signature = settings.text("signature");
  mailbox.authserv_id = settings.text("authserv_id");
  mailbox.subject_tag = flag_or_true(settings, "subject_tag");
  mailbox.quote = flag_or_true(settings, "quote");
  mailbox.plus_addresses = flag_or_true(settings, "plus_addresses");
  mailbox.same_subject = settings.flag("same_subject");
  mailbox.automatic_answer = settings.text("automatic_answer");
  mailbox.signing_key = settings.signing_key;
  auto grant = read_grant(settings);
  if (!grant) return grant.error();
  mailbox.oauth2 = std::move(grant).value();
  for (const auto& checked :
       {check_texts(mailbox), check_receiving(settings, mailbox), check_login(mailbox), check_folders(mailbox)})
    if (!checked) return checked.error();
  if (mailbox.receive == Receive::imap) {
    auto imap_tls = read_tls(settings, mailbox.imap_url, "imap_url");
    if (!imap_tls) return imap_tls.error();
    mailbox.imap_tls = std::move(imap_tls).value();
  }
  auto smtp_tls = read_tls(settings, mailbox.smtp_url, "smtp_url");
  if (!smtp_tls) return smtp_tls.error();
  mailbox.smtp_tls = std::move(smtp_tls).value();
  return mailbox;
}

}  // namespace inboxd::connectors::email
