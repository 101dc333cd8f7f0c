// What the service manager hears while the daemon serves: that it is ready, how it is, and a beat for its watchdog that
// goes through the net loop and the writer. Owned by Parts; net thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/service/notifier.hpp"

namespace inboxd::app {

class Supervision {
 public:
  /// `last_turn` is the writer's: since when it works on its present commands, now when it has none.
  Supervision(Clock& clock, command_bus::Bus& bus, service::Notifier& notifier,
              std::function<Milliseconds()> last_turn);
  ~Supervision();
  Supervision(const Supervision&) = delete;
  Supervision& operator=(const Supervision&) = delete;

  /// Everything listens. The watchdog, where there is one, is fed from here on.
  void serving();
  void reloading() { notifier_.reloading(); }
  /// Whatever came of it.
  void reloaded() { notifier_.ready(); }
  void stopping();
  void status(const std::string& line);

 private:
  void beat();
  void answered(bool carried_out);

  Clock& clock_;
  command_bus::Bus& bus_;
  service::Notifier& notifier_;
  std::function<Milliseconds()> last_turn_;
  Milliseconds interval_{0};  // between beats; zero: nobody watches
  std::unique_ptr<Wait> next_;
  bool stopping_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // guards answers that outlive this
};

}  // namespace inboxd::app
