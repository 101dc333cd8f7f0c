// The rows are read again inside the command: a timer may have moved since it was looked for.
#include "daemon/timers/due_timers.hpp"

#include <utility>
#include <vector>

#include "daemon/core/conversations/change.hpp"

namespace inboxd::timers {
namespace {

constexpr std::string_view cause = "timer.fire";

core::Context context_of(command_bus::Workspace& workspace) {
  return {workspace.tables, workspace.now, {ActorKind::system, 0}, cause};
}

}  // namespace

DueTimers::DueTimers(Surroundings surroundings)
    : with_(surroundings),
      scan_(with_.readers, with_.clock,
            {[]() -> command_bus::ScanLoop<NextDue>::Read {
               return [](const command_bus::ReadSources& sources) -> Result<NextDue> {
                 return sources.tables.timers().next_due();
               };
             },
             [this](const NextDue& next) { return look_over(next); }}) {}

Milliseconds DueTimers::look_over(const NextDue& next) {
  if (!next) return command_bus::longest_scan_pause;
  const auto wait = *next - with_.clock.now();
  if (wait.count() > 0) return wait;
  if (firing_) return command_bus::longest_scan_pause;
  const auto now = with_.clock.steady_now();
  if (rests_until_ && *rests_until_ > now) return *rests_until_ - now;
  fire();
  return command_bus::longest_scan_pause;
}

void DueTimers::fire() {
  firing_ = true;
  with_.bus.submit<int>(
      [](command_bus::Workspace& workspace) -> Result<int> {
        auto context = context_of(workspace);
        const auto due = workspace.tables.timers().due(workspace.now, timers_per_command_max);
        int left = timer_rows_max;
        for (const auto& timer : due)
          if (left > 0) left -= core::fire_timer(context, timer, left);
        return timer_rows_max - left;
      },
      lifetime_.guard([this](const Result<int>& fired) {
        firing_ = false;
        if (!fired) {
          with_.observer.failed("timers", fired.error().detail);
          rests_until_ = with_.clock.steady_now() + fired.error().retry_after.value_or(failed_timers_pause);
          if (fired.error().code == ErrorCode::internal) fire_singly();
        }
        scan_.wake();
      }));
}

/// One of them breaks the command: each alone, so that the others do not wait for it.
void DueTimers::fire_singly() {
  with_.readers.read<std::vector<storage::TimerRow>>(
      [now = with_.clock.now()](const command_bus::ReadSources& sources) -> Result<std::vector<storage::TimerRow>> {
        return sources.tables.timers().due(now, timers_per_command_max);
      },
      lifetime_.guard([this](const Result<std::vector<storage::TimerRow>>& due) {
        if (!due) return;
        for (const auto& timer : *due) fire_one(timer);
      }));
}

void DueTimers::fire_one(const storage::TimerRow& timer) {
  with_.bus.submit<bool>(
      [timer](command_bus::Workspace& workspace) -> Result<bool> {
        auto context = context_of(workspace);
        core::fire_timer(context, timer, timer_rows_max);
        return true;
      },
      lifetime_.guard([this](const Result<bool>& fired) {
        if (!fired) with_.observer.failed("timer", fired.error().detail);
      }));
}

}  // namespace inboxd::timers
