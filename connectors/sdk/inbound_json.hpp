// What a connector made of a request, as JSON: the `*.out.json` of golden pairs, and what a connector in another
// process will answer with. Keys stand in a fixed order; what is empty or has its usual value is left out.
#pragma once

#include <string>
#include <string_view>

#include "schemas/types/inbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors {

/// Laid out for people: one member a line, a newline at the end.
std::string inbound_to_text(const Inbound& inbound);

/// Reads what inbound_to_text wrote. The error names the event and what it lacks.
Result<Inbound> inbound_from_text(std::string_view text);

}  // namespace inboxd::connectors
