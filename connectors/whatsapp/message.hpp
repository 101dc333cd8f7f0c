// One object of `messages[]` or `message_echoes[]`: a message, or a change to one that was there before.
// Called by normalise.cpp.
#pragma once

#include "connectors/whatsapp/reading.hpp"

namespace inboxd::connectors::whatsapp {

/// Direction out: an echo of what somebody sent from the phone app on a coexistence number.
void read_message(const Envelope& envelope, const boost::json::value& message, Direction direction,
                  const std::string& path, Reading& reading);

}  // namespace inboxd::connectors::whatsapp
