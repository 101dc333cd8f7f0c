// How a mailbox logs in: a password, or an access token that is fetched first (RFC 6749 6). Pure.
#pragma once

#include <optional>
#include <string>

#include "connectors/email/settings.hpp"
#include "connectors/sdk/transfer.hpp"

namespace inboxd::connectors::email {

inline constexpr std::string_view token_label = "oauth2_token";

Transfer token_request(const RefreshGrant& grant);
/// The grant as it is now. `state` is what refreshed_grant() gave last, empty at first; it counts as long as the
/// configured grant is the one that it came from, so that a person who grants access anew is heard.
RefreshGrant current_grant(RefreshGrant configured, const std::string& state);
/// The state that holds the refresh token which an answer brought in place of the current one; nothing where it brought
/// none.
std::optional<std::string> refreshed_grant(const RefreshGrant& configured, const std::string& state,
                                           const Exchange& answer);
/// The access token; empty when the answer holds none.
std::string token_of(const Exchange& answer);
/// A person must act: the provider knows the grant no more. Otherwise a later try may pass.
bool grant_is_refused(const Exchange& answer);

/// The server does not take this login (RFC 4954 6).
bool login_is_refused(const Exchange& answer);

/// The server has no way to log in that fits this inbox (`not_sent` with 504, as the host says it): no later try
/// passes.
bool login_is_impossible(const Exchange& answer);
/// A sentence with what the server offers instead, and what to do.
std::string words_of_impossible_login(const MailboxSettings& mailbox, const Exchange& answer);

/// A transfer to the SMTP server, without a body: `token` where the mailbox has a grant.
Transfer smtp_transfer(const MailboxSettings& mailbox, const std::string& token);

/// A reply's code and text on one line, in printable ASCII, cut where it is long.
std::string words_of(const Exchange& answer);

}  // namespace inboxd::connectors::email
