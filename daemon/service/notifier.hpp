// What the service manager is told, by sd_notify(3) over $NOTIFY_SOCKET. Called by app on the net thread; without that
// variable every call does nothing.
#pragma once

#include <optional>
#include <string_view>

#include "schemas/types/time.hpp"

namespace inboxd::service {

class Notifier {
 public:
  virtual ~Notifier() = default;
  /// Serving: after the start, and after a reload whatever came of it.
  virtual void ready() = 0;
  /// A reload begins; ready() ends it.
  virtual void reloading() = 0;
  virtual void stopping() = 0;
  /// One line for `systemctl status`.
  virtual void status(std::string_view line) = 0;
  /// Loop and writer turn.
  virtual void alive() = 0;
  /// Within which time alive() is expected again; nothing when nobody watches.
  [[nodiscard]] virtual std::optional<Milliseconds> watchdog() const = 0;
};

/// The process's own.
class SystemNotifier final : public Notifier {
 public:
  void ready() override;
  void reloading() override;
  void stopping() override;
  void status(std::string_view line) override;
  void alive() override;
  [[nodiscard]] std::optional<Milliseconds> watchdog() const override;
};

}  // namespace inboxd::service
