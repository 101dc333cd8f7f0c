// The demo's web page with a chat on it: whoever opens it in a browser is a visitor of the inbox `website`. Added to
// the router by demo.cpp.
#pragma once

#include <string>

#include "daemon/http/router.hpp"

namespace inboxd::app {

inline constexpr auto demo_page_path = "/demo/website";

/// The table of the inbox behind it, as the config has it.
std::string demo_page_inbox(const std::string& origin);

void add_demo_page(http::Router& router);

}  // namespace inboxd::app
