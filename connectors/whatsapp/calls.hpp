// Telephone calls over WhatsApp (the `calls` webhook): one item of the conversation per call. Called by normalise.cpp
// and, for the progress of outgoing calls, by status.cpp.
#pragma once

#include "connectors/whatsapp/reading.hpp"

namespace inboxd::connectors::whatsapp {

void read_call(const Envelope& envelope, const boost::json::value& call, const std::string& path, Reading& reading);

/// A status of type "call": an outgoing call rings, was accepted or rejected.
void read_call_status(const Envelope& envelope, const boost::json::value& status, const std::string& path,
                      Reading& reading);

}  // namespace inboxd::connectors::whatsapp
