// The program's entry: the command line decides what runs.
#include "daemon/app/command_line.hpp"

int main(int argc, char** argv) { return static_cast<int>(inboxd::app::run_command_line(argc, argv)); }
