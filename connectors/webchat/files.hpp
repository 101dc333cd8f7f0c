// The files of widget/, built into the program by CMake. Called by the connector.
#pragma once

#include <string_view>

namespace inboxd::connectors::webchat {

std::string_view widget_js();

}  // namespace inboxd::connectors::webchat
