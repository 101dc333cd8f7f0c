// Where a mail says that it belongs: a signed plus-address, the mails it answers, a ticket number. Used by read_mail().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/mail/envelope.hpp"
#include "connectors/email/mail/fields.hpp"
#include "connectors/email/mail/read.hpp"
#include "connectors/email/token.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::email {

PlacementHints placement_of(const Fields& fields, const Envelope& envelope, std::string_view subject,
                            const ReadOptions& options);

/// The row of ours that a recipient's address names: an answer to the envelope sender, or a bounce.
std::optional<BounceTag> bounce_address(const Fields& fields, const Envelope& envelope, const ReadOptions& options);

/// The Message-ID that a row of ours has, letter for letter.
std::string own_message_id(const ReadOptions& options, std::string_view stable_id);

/// Whether it is the inbox's address or another of ours, with a tag or without.
bool is_own(std::string_view address, const ReadOptions& options);

}  // namespace inboxd::connectors::email
