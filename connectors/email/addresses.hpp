// Mail addresses as people type and settings name them. Pure; reading the headers of mails is mail/'s.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/content.hpp"
#include "schemas/types/outbound.hpp"

namespace inboxd::connectors::email {

/// "Anna Rossi <anna@example.com>", "<anna@example.com>" or "anna@example.com" (RFC 5322 3.4, without comments and
/// groups); nothing for what is no address that SMTP could carry.
std::optional<MailAddress> typed_address(std::string_view text);

/// What stands behind the last "@", in lower case.
std::string domain_of(std::string_view address);

/// True for what would end a header's line or is invisible in it.
bool has_control_characters(std::string_view text);

/// Who a reply goes to. `everybody` holds each address once, in the order To, Cc, Bcc: its index names a recipient.
struct Recipients {
  std::vector<MailAddress> to;
  std::vector<MailAddress> cc;
  std::vector<MailAddress> bcc;
  std::vector<std::string> everybody;
  std::string unreadable;  // the first handle that is no address
};
Recipients recipients_of(const Outbound& reply);

}  // namespace inboxd::connectors::email
