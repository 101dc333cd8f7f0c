// One group of commands in one transaction: shared by the daemon's writer thread and the inline bus, so that tests run
// the very same rules.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/bus.hpp"

namespace inboxd::command_bus {

struct GroupOutcome {
  /// Nothing: committed. Else nobody of the group was carried out, for this reason.
  std::optional<Error> failure;
  std::optional<storage::FailureKind> kind;
  std::string what;       // for the log
  std::int64_t head = 0;  // newest sequence after the commit
  bool waiting_work_changed = false;
  bool changed = false;  // rows, so that the commit needed a working disk
};

/// Runs every job and commits once. A job that refuses or throws leaves nothing behind; jobs that threw are listed in
/// `broken` with what they said. Savepoints cost a copy of each page that a command touches, so they are taken only
/// when they are needed: when such a job had changed rows already, all run once more, each in a savepoint of its own.
/// Where the engine ended the transaction by itself, all run once more too.
GroupOutcome run_group(storage::Writer& writer, const Clock& clock, std::vector<std::unique_ptr<Job>>& jobs,
                       std::vector<std::pair<std::size_t, std::string>>& broken);

}  // namespace inboxd::command_bus
