// One object of `statuses[]`: how far something that we sent has come. Called by normalise.cpp.
#pragma once

#include "connectors/whatsapp/reading.hpp"

namespace inboxd::connectors::whatsapp {

/// Out of order and for ids we do not know yet: both are the host's to sort out.
void read_status(const Envelope& envelope, const boost::json::value& status, const std::string& path, Reading& reading);

}  // namespace inboxd::connectors::whatsapp
