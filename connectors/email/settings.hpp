// The [[inbox]] table of a mailbox, read and checked. Used by the connector and what it composes; never reads files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connectors/email/imap/mailbox.hpp"
#include "connectors/sdk/settings.hpp"
#include "connectors/sdk/transfer.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::email {

/// OAuth 2.0 refresh grant (RFC 6749 6), as Gmail and Microsoft 365 ask for.
struct RefreshGrant {
  std::string token_url;
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;

  [[nodiscard]] bool given() const { return !token_url.empty(); }
  friend bool operator==(const RefreshGrant&, const RefreshGrant&) = default;
};

/// How mail comes in: the mailbox is read, or a mail server of one's own hands it over, which it may do either way.
enum class Receive { imap, lmtp };

struct MailboxSettings {
  std::string address;
  Receive receive = Receive::imap;
  std::string imap_url;  // empty with Receive::lmtp
  std::string smtp_url;
  std::string username;
  std::string password;
  RefreshGrant oauth2;
  TlsOptions imap_tls;
  TlsOptions smtp_tls;
  Import import = Import::only_new;
  std::vector<std::string> folders;
  std::string sent_folder;
  std::string sender_name;
  std::string signature;
  std::string automatic_answer;
  std::string authserv_id;
  bool subject_tag = true;
  bool quote = true;
  bool plus_addresses = true;
  bool same_subject = false;
  std::string signing_key;
};

/// Refused with the key and a sentence that says how to mend it.
Result<MailboxSettings> read_mailbox_settings(const Settings& settings);

}  // namespace inboxd::connectors::email
