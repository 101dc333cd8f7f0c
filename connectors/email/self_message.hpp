// The mail that an inbox sends to itself when `doctor` asks for it, and how it is known again when it comes in. Its
// Message-ID is signed and names when it was made: nobody without the inbox's key makes one, and one that somebody saw
// hides nothing that comes a day later. Pure.
#pragma once

#include <string>
#include <string_view>

#include "connectors/email/settings.hpp"
#include "connectors/sdk/transfer.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::connectors::email {

/// What the Message-ID names, as stable ids do: "self-1763800000-…". `nonce` is hexadecimal, and short: the name stands
/// in a plus address, whose local part has at most 64 characters (RFC 5321 4.5.3.1.1).
std::string self_message_name(Timestamp made_at, std::string_view nonce);
std::string self_message_id(const MailboxSettings& mailbox, const std::string& name);

/// From and to the mailbox, or with `plus_address` from and to its address with a signed tag, as replies go out.
enum class SelfRoute { plain, plus_address };
Transfer self_message(const MailboxSettings& mailbox, const std::string& name, SelfRoute route, Timestamp now,
                      const std::string& token);

/// Whether a mail with this Message-ID, arrived then, is one of ours to ourselves, or a report about one is.
bool is_self_message(std::string_view signing_key, std::string_view message_id, Timestamp arrived_at);

}  // namespace inboxd::connectors::email
