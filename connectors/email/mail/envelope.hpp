// What is known of a mail besides its bytes: the envelope and when it came. Read from the context that receiving left.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/email/mail/fields.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::connectors::email {

struct Envelope {
  std::vector<std::string> to;
  std::optional<std::string> from;  // empty: the null reverse-path of notices
  std::optional<Timestamp> received_at;
  bool sent = false;  // lies among what the company sent
  /// From before the inbox listened: whoever wrote decides whether it was sent.
  bool history = false;
  bool too_large = false;   // only its header came
  bool unreadable = false;  // the server gave no more than what came
};

Envelope envelope_of(const std::string& context);

/// Every address that the mail was for, as header and envelope say, at most 1000.
std::vector<std::string> recipients_of(const Fields& fields, const Envelope& envelope);

/// It came with the null reverse-path, by which nobody answers (RFC 5321, section 4.5.5).
bool null_sender(const Fields& fields, const Envelope& envelope);

/// When it was written; when it came if it says nothing or a time that had not come yet. Nothing: unknown.
std::optional<Timestamp> written_at(const Fields& fields, const Envelope& envelope);

}  // namespace inboxd::connectors::email
