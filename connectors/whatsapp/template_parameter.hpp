// One parameter of a template's component. Called by template_check.cpp.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "schemas/types/result.hpp"

namespace inboxd::connectors::whatsapp {

/// `path` names the parameter in the refusal: "components[1].parameters[0]".
Result<void> check_parameter(const boost::json::value& parameter, const std::vector<std::string_view>& allowed,
                             std::size_t text_characters_max, const std::string& path);

}  // namespace inboxd::connectors::whatsapp
