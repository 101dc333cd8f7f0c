// Reads comma-separated offers.
#include "daemon/http/subprotocol.hpp"

#include <algorithm>

#include "daemon/http/header_parameters.hpp"

namespace inboxd::http {

std::optional<std::string> choose_subprotocol(std::string_view offered, const std::vector<std::string>& known) {
  if (known.empty()) return std::string();
  while (!offered.empty()) {
    const std::size_t comma = offered.find(',');
    const std::string_view name = trim_spaces(offered.substr(0, comma));
    if (std::find(known.begin(), known.end(), name) != known.end()) return std::string(name);
    offered.remove_prefix(comma == std::string_view::npos ? offered.size() : comma + 1);
  }
  return std::nullopt;
}

bool asks_for_websocket(const Request& request) {
  return lower_case(request.header("upgrade")).find("websocket") != std::string::npos &&
         !request.header("sec-websocket-key").empty() && request.header("sec-websocket-version") == "13";
}

}  // namespace inboxd::http
