// The answers to the questions before the first message, held to the inbox's rules. Called by the connector.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "connectors/sdk/visitors.hpp"

namespace inboxd::connectors::webchat {

/// What is kept: known fields that are not empty. A required one that is missing is refused by name.
Result<std::map<std::string, std::string>> check_fields(const std::vector<VisitorField>& fields,
                                                        const std::map<std::string, std::string>& given);

}  // namespace inboxd::connectors::webchat
