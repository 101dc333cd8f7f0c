// Bounces in words, as qmail, Exim, Exchange and others write them. Used by delivery_report(). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/mail/report.hpp"

namespace inboxd::connectors::email {

/// Nothing when the text is about no delivery. `failed_recipients` is Exim's X-Failed-Recipients, empty elsewhere.
std::optional<DeliveryReport> read_bounce_text(std::string_view subject, std::string_view text,
                                               std::string_view failed_recipients);

/// Message-IDs of a returned mail that stands in the text.
std::vector<std::string> message_ids_in(std::string_view text);

/// "5.1.1" anywhere in the text, the first permanent one before any other; empty when there is none.
std::string status_in(std::string_view text);

}  // namespace inboxd::connectors::email
