// What the company's own mail server found of a sender: SPF, DKIM and DMARC in Authentication-Results (RFC 8601). Used
// by read_mail(). A field that names another server says nothing: anybody can write one.
#pragma once

#include <string>
#include <string_view>

#include "connectors/email/mail/fields.hpp"

namespace inboxd::connectors::email {

struct SenderChecks {
  std::string spf;
  std::string dkim;
  std::string dmarc;
};

/// The topmost field of `authserv_id`; empty results when there is none, or no id is configured.
SenderChecks sender_checks(const Fields& fields, std::string_view authserv_id);

}  // namespace inboxd::connectors::email
