// What Meta says of the account rather than of a message: templates, quality, restrictions, errors, preferences.
// Called by normalise.cpp and status.cpp.
#pragma once

#include "connectors/whatsapp/reading.hpp"

namespace inboxd::connectors::whatsapp {

/// Any webhook field that is not messages, echoes or calls; an unknown one is told by its name only.
void read_notice(const Envelope& envelope, const std::string& field, const std::string& business_account,
                 Reading& reading);

/// One of `value.errors[]`: Meta could not process something for this number.
void read_account_error(const Envelope& envelope, const boost::json::value& error, Reading& reading);

/// A status that is no delivery state ("warning").
void read_unknown_status(const EventOrigin& origin, const boost::json::value& status, Timestamp at, Reading& reading);

}  // namespace inboxd::connectors::whatsapp
