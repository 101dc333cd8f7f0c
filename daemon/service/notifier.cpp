// A datagram that cannot be sent is nobody's to mend: the manager then acts as if nothing was said.
#include "daemon/service/notifier.hpp"

#include <chrono>
#include <cstdint>
#include <string>

#include <systemd/sd-daemon.h>

namespace inboxd::service {
namespace {

void tell(const std::string& state) { sd_notify(0, state.c_str()); }

}  // namespace

void SystemNotifier::ready() { tell("READY=1"); }

void SystemNotifier::reloading() {
  // Of CLOCK_MONOTONIC, by which systemd knows this reload from an earlier one; libstdc++'s steady clock is that.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  tell("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void SystemNotifier::stopping() { tell("STOPPING=1"); }
void SystemNotifier::status(std::string_view line) { tell("STATUS=" + std::string(line)); }
void SystemNotifier::alive() { tell("WATCHDOG=1"); }

std::optional<Milliseconds> SystemNotifier::watchdog() const {
  std::uint64_t span = 0;
  if (sd_watchdog_enabled(0, &span) <= 0) return std::nullopt;
  return std::chrono::duration_cast<Milliseconds>(std::chrono::microseconds(span));
}

}  // namespace inboxd::service
