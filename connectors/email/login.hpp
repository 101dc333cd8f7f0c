// How a mailbox logs in: a password, or an access token that is fetched first (RFC 6749 6). Pure.
#pragma once

#include <string>

#include "connectors/email/settings.hpp"
#include "connectors/sdk/transfer.hpp"

namespace inboxd::connectors::email {

inline constexpr std::string_view token_label = "oauth2_token";

Transfer token_request(const RefreshGrant& grant);
/// The access token; empty when the answer holds none.
std::string token_of(const Exchange& answer);
/// A person must act: the provider knows the grant no more. Otherwise a later try may pass.
bool grant_is_refused(const Exchange& answer);

/// The server does not take this login (RFC 4954 6).
bool login_is_refused(const Exchange& answer);

/// A transfer to the SMTP server, without a body: `token` where the mailbox has a grant.
Transfer smtp_transfer(const MailboxSettings& mailbox, const std::string& token);

/// A reply's code and text on one line, in printable ASCII, cut where it is long.
std::string words_of(const Exchange& answer);

}  // namespace inboxd::connectors::email
