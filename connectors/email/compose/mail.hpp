// A reply as a mail (RFC 5322, MIME): headers, alternatives, pictures, files. Pure: the same reply gives the same bytes
// on every attempt and for every recipient; files stay names of blobs.
#pragma once

#include <string>
#include <vector>

#include "connectors/email/settings.hpp"
#include "connectors/sdk/transfer.hpp"
#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::email {

Result<std::vector<MailPart>> composed_mail(const Outbound& reply, const MailboxSettings& mailbox);

/// The Message-ID of a reply, with its angle brackets.
std::string message_id_of(const Outbound& reply, const MailboxSettings& mailbox);

/// "Re: Order [#42]": the prefix and the number once, whatever was given.
std::string subject_of(const Outbound& reply, const MailboxSettings& mailbox);

}  // namespace inboxd::connectors::email
