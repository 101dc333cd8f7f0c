// What WhatsApp can do, as data. Called by the connector.
#pragma once

#include "schemas/types/capabilities.hpp"

namespace inboxd::connectors::whatsapp {

const Capabilities& whatsapp_capabilities();

}  // namespace inboxd::connectors::whatsapp
