// Whether a program wrote a mail (RFC 3834, and the marks that programs have besides it). Used by read_mail(). Pure.
#pragma once

#include <string_view>

#include "connectors/email/mail/envelope.hpp"
#include "connectors/email/mail/parts.hpp"
#include "connectors/email/mail/read.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::email {

struct Writer {
  std::string_view address;  // of From
  std::string_view subject;  // decoded
};

Automation automation_of(const DividedMail& mail, const Envelope& envelope, const Writer& writer,
                         const ReadOptions& options);

/// mailer-daemon, postmaster.
bool is_mail_system(std::string_view address);

}  // namespace inboxd::connectors::email
