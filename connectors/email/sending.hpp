// The steps of a reply: one SMTP transaction for each recipient with the same mail, and what their answers mean
// together. Pure; called by the connector after each exchange.
#pragma once

#include "connectors/email/settings.hpp"
#include "connectors/sdk/connector.hpp"

namespace inboxd::connectors::email {

Result<void> validate_mail(const Outbound& reply, const MailboxSettings& mailbox);
SendStep next_mail(const MailboxSettings& mailbox, const Outbound& reply, const Exchanges& done);

/// Of a file and of all files of a mail together, before base64 makes them a third larger: what most servers take.
inline constexpr std::uint64_t attachment_bytes_max = std::uint64_t{25} << 20U;
inline constexpr std::size_t attachments_max = 50;
inline constexpr std::size_t recipients_max = 40;  // each takes a step or two, of at most 100
inline constexpr std::size_t text_characters_max = 500'000;

}  // namespace inboxd::connectors::email
