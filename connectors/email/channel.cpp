// Offers the channel to the host: its settings and how a connector is made of them.
#include "connectors/email/connector.hpp"
#include "connectors/sdk/factory.hpp"

namespace inboxd::connectors::email {
namespace {

std::vector<SettingDefinition> servers() {
  return {
      {"address", SettingType::text, Presence::required, "", "The mailbox's address, which replies come from.", {}},
      {"receive",
       SettingType::text,
       Presence::optional,
       "imap",
       "How mail comes in: read at imap_url, or only handed over by your own mail server at server.lmtp.",
       {"imap", "lmtp"}},
      {"imap_url",
       SettingType::url,
       Presence::optional,
       "",
       "Where mail is read: imaps://, or imap:// with STARTTLS; required with receive = \"imap\".",
       {}},
      {"smtp_url",
       SettingType::url,
       Presence::required,
       "",
       "Where mail is sent: smtps://, or smtp:// with STARTTLS, with its port.",
       {}},
      {"username", SettingType::text, Presence::required, "", "The login's name at both servers.", {}},
      {"password", SettingType::secret, Presence::optional, "", "The login's password; or set oauth2.", {}},
      {"oauth2",
       SettingType::table,
       Presence::optional,
       "",
       "Instead of a password: token_url, client_id, client_secret, refresh_token.",
       {}},
      {"tls_ca_file",
       SettingType::text,
       Presence::optional,
       "",
       "A file of CAs to trust; the system's without it.",
       {}},
      {"tls_verify",
       SettingType::flag,
       Presence::optional,
       "true",
       "False accepts any certificate, and none, on this machine's loopback only.",
       {}},
  };
}

std::vector<SettingDefinition> reading() {
  return {
      {"import",
       SettingType::text,
       Presence::optional,
       "new",
       "Where a mailbox seen for the first time starts: at its next message, or with all it holds.",
       {"new", "all"}},
      {"folders", SettingType::text_list, Presence::optional, "", "The folders that are read; INBOX without it.", {}},
      {"sent_folder",
       SettingType::text,
       Presence::optional,
       "",
       "The folder of sent mail, so that answers given elsewhere appear.",
       {}},
      {"same_subject",
       SettingType::flag,
       Presence::optional,
       "false",
       "A mail without any other hint joins its sender's newest conversation of the same subject, within 14 days.",
       {}},
      {"authserv_id",
       SettingType::text,
       Presence::optional,
       "",
       "The name in your own server's Authentication-Results; no other's are believed.",
       {}},
  };
}

std::vector<SettingDefinition> writing() {
  return {
      {"sender_name", SettingType::text, Presence::optional, "", "The name beside the address in From.", {}},
      {"signature", SettingType::text, Presence::optional, "", "Stands below every reply.", {}},
      {"automatic_answer",
       SettingType::text,
       Presence::optional,
       "",
       "Tells who opens a conversation that it arrived, once a day at most; nobody without it.",
       {}},
      {"subject_tag", SettingType::flag, Presence::optional, "true", "Adds [#number] to subjects.", {}},
      {"quote", SettingType::flag, Presence::optional, "true", "Quotes the message that a reply answers.", {}},
      {"plus_addresses",
       SettingType::flag,
       Presence::optional,
       "true",
       "The server takes mail for and from address+anything; false where it does not.",
       {}},
  };
}

}  // namespace

Channel channel() {
  Channel email;
  email.name = "email";
  for (const auto& settings : {servers(), reading(), writing()})
    email.settings.insert(email.settings.end(), settings.begin(), settings.end());
  email.make = [](const Settings& settings) -> Result<std::unique_ptr<Connector>> {
    auto mailbox = read_mailbox_settings(settings);
    if (!mailbox) return mailbox.error();
    return std::unique_ptr<Connector>(std::make_unique<EmailConnector>(std::move(mailbox).value()));
  };
  return email;
}

}  // namespace inboxd::connectors::email
