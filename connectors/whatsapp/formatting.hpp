// An agent's HTML as WhatsApp's own marks: *bold* _italic_ ~strike~ ```code``` and "> " before quoted lines.
// Called by validation and sending.
#pragma once

#include <string>

#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::whatsapp {

/// What the customer will get: the HTML in marks where there is any, else the text as it is. Refused beyond the
/// limits of rich_text.hpp.
Result<std::string> marked_up(const Outbound& reply);

}  // namespace inboxd::connectors::whatsapp
