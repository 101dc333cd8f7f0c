// Work that must not run on the net thread (large bodies, deleting files), as a port: the daemon's goes to its worker
// threads, tests call it in place. `work` touches no object of the net thread; `then` runs on the net thread after it.
#pragma once

#include <functional>

namespace inboxd::command_bus {

using RunInBackground = std::function<void(std::function<void()> work, std::function<void()> then)>;

/// For tests and the simulator: both at once.
inline RunInBackground run_in_place() {
  return [](const std::function<void()>& work, const std::function<void()>& then) {
    work();
    then();
  };
}

}  // namespace inboxd::command_bus
