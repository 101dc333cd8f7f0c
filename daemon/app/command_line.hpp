// The commands of the program, their options and their help. Each command is a function of its own file.
#pragma once

#include "daemon/app/exit_code.hpp"

namespace inboxd::app {

ExitCode run_command_line(int argc, char** argv);

}  // namespace inboxd::app
