// When a mail in an mbox was written, as its "From " line or its Date header says it. For putting mails in order and
// telling such lines from text; what is shown is what the inbox's channel reads. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "schemas/types/time.hpp"

namespace inboxd::app {

struct MailDate {
  Timestamp at;
  /// Nothing but a date stood there.
  bool alone = true;
};

/// "Thu Nov 12 10:00:00 2020", "Thu, 12 Nov 2020 10:00:00 +0100 (CET)" and what programs write instead. Without a zone:
/// UTC, as RFC 4155 has it.
std::optional<MailDate> read_mail_date(std::string_view text);

}  // namespace inboxd::app
