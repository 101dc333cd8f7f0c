// A request of the command line to whoever has the store: a running daemon over its admin socket, or, when none runs,
// the very same routes in this process.
#pragma once

#include <filesystem>
#include <iostream>
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

/// "; run the command as …" for whoever is not the directory's owner; nothing where the owner cannot be told.
std::string owner_line(const std::filesystem::path& directory);

/// `complaints` hears what was wrong.
OperatorAnswer ask(const std::filesystem::path& config_file, const OperatorRequest& request,
                   std::ostream& complaints = std::cerr);

}  // namespace inboxd::app
