// A request of the command line to whoever has the store: a running daemon over its admin socket, or, when none runs,
// the very same routes in this process.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/app/exit_code.hpp"

namespace inboxd::app {

struct OperatorRequest {
  std::string method;
  std::string path;  // with its query
  std::string body;
};

struct OperatorAnswer {
  ExitCode exit = ExitCode::ok;  // not ok: what was wrong is on stderr
  std::string body;              // JSON
  bool from_daemon = true;       // false: no daemon runs, this process opened the store
};

OperatorAnswer ask(const std::filesystem::path& config_file, const OperatorRequest& request);

}  // namespace inboxd::app
