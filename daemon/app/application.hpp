// The daemon's parts, built in the order in which they stand and stopped in the order that stop() says. One per
// process; owns the net thread's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/config/config.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/service/notifier.hpp"
#include "daemon/service/passed_sockets.hpp"
#include "schemas/types/result.hpp"
#include "storage/open.hpp"

namespace inboxd::app {

class Application {
 public:
  struct Surroundings {
    config::Config config;
    storage::OpenedStore opened;
    observe::Log& log;
    observe::Redactor& redactor;
    /// Reads the config again, on SIGHUP; refused with all that is wrong.
    std::function<Result<config::Config>()> reload;
    /// Sockets that listen already, instead of what the config names; owned by the server once start() listens.
    service::PassedSockets sockets = {};
    /// Outlives the application; none: nobody wants to know.
    service::Notifier* notifier = nullptr;
  };

  explicit Application(Surroundings surroundings);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  /// Registers the inboxes and listens; nothing is served before.
  Result<void> start();
  /// Serves until SIGTERM or SIGINT, or until stop(); 0, or another exit code when the store failed for good.
  int run();
  /// From the net thread: what SIGTERM does.
  void stop();

  /// "127.0.0.1:8800" as really bound, for the demo's words.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] std::string metrics_address() const;
  /// The clock and the ports that the demo's customers speak through, and the router, which takes routes until start().
  struct Parts;
  [[nodiscard]] Parts& parts() { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace inboxd::app
