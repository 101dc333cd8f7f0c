// Exit codes of every command, after sysexits(3).
#pragma once

namespace inboxd::app {

enum class ExitCode : int {
  ok = 0,
  usage = 64,
  data_error = 65,
  no_input = 66,
  unavailable = 69,
  io_error = 74,
  try_again = 75,
  not_permitted = 77,
  config = 78,
};

}  // namespace inboxd::app
