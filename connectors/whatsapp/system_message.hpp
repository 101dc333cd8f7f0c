// Messages of type "system": a person's number, id or security code changed. Called by message.cpp.
#pragma once

#include "connectors/whatsapp/reading.hpp"

namespace inboxd::connectors::whatsapp {

void read_system_message(const Envelope& envelope, const boost::json::value& message, Timestamp at,
                         const std::string& path, Reading& reading);

}  // namespace inboxd::connectors::whatsapp
