// Are a template's name, language and components of a form that Meta can take? Whether the template exists and how
// many parameters it wants is known to Meta alone (errors 132000, 132001, 132012). Called by validate.cpp.
#pragma once

#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::whatsapp {

Result<void> check_template(const OutboundTemplate& form);

}  // namespace inboxd::connectors::whatsapp
