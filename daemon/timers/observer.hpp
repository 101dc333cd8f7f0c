// What the timers tell whoever logs: commands that failed and are tried again. Called on the net thread.
#pragma once

#include <string_view>

namespace inboxd::timers {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void failed(std::string_view what, std::string_view detail) = 0;
};

}  // namespace inboxd::timers
