#include "daemon/app/supervision.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace inboxd::app {
namespace {

constexpr int beats_per_watchdog = 3;  // so that one may come late

}  // namespace

Supervision::Supervision(Clock& clock, command_bus::Bus& bus, service::Notifier& notifier,
                         std::function<Milliseconds()> last_turn)
    : clock_(clock), bus_(bus), notifier_(notifier), last_turn_(std::move(last_turn)) {}

Supervision::~Supervision() { *alive_ = false; }

void Supervision::serving() {
  notifier_.ready();
  const auto watchdog = notifier_.watchdog();
  if (!watchdog) return;
  interval_ = std::max(*watchdog / beats_per_watchdog, Milliseconds{1});
  beat();
}

void Supervision::stopping() {
  stopping_ = true;
  notifier_.stopping();
  notifier_.status("stopping");
}

void Supervision::status(const std::string& line) {
  if (!stopping_) notifier_.status(line);
}

/// A command that changes nothing, behind whatever waits for the writer. Only its answer, on the net thread, feeds the
/// watchdog and plans the next beat: a loop or a writer that hangs is silence.
void Supervision::beat() {
  const auto carried_out = std::make_shared<std::atomic<bool>>(false);
  bus_.submit<bool>(
      [carried_out](command_bus::Workspace&) -> Result<bool> {
        carried_out->store(true);
        return true;
      },
      [this, alive = alive_, carried_out](const Result<bool>&) {
        if (*alive) answered(carried_out->load());
      });
}

/// Refused by a full queue or a failing store, the command never ran: then the writer's last turn tells whether it
/// works. A restart would not mend a full disk.
void Supervision::answered(bool carried_out) {
  if (carried_out || clock_.steady_now() - last_turn_() < interval_) notifier_.alive();
  next_ = clock_.after(interval_, [this] { beat(); });
}

}  // namespace inboxd::app
