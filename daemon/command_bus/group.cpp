#include "daemon/command_bus/group.hpp"

#include <stdexcept>
#include <utility>

namespace inboxd::command_bus {
namespace {

using Broken = std::vector<std::pair<std::size_t, std::string>>;

/// True: its changes stay. A command's own exception is a bug: it rolls back alone and its caller hears `internal`. The
/// store's is everybody's.
bool run_job(storage::Writer& writer, const Clock& clock, Job& job, std::size_t index, Broken& broken) {
  try {
    Workspace workspace{writer.tables(), clock.now()};
    return job.run(workspace);
  } catch (const storage::StorageFailure&) {
    throw;
  } catch (const std::exception& bug) {
    broken.emplace_back(index, bug.what());
    return false;
  }
}

/// False: a job that is not kept has changed rows, which only a savepoint of its own could take back.
bool run_without_savepoints(storage::Writer& writer, const Clock& clock, std::vector<std::unique_ptr<Job>>& jobs,
                            Broken& broken) {
  broken.clear();
  writer.begin();
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto before = writer.changes();
    if (!run_job(writer, clock, *jobs[i], i, broken) && writer.changes() != before) return false;
  }
  return true;
}

void run_in_savepoints(storage::Writer& writer, const Clock& clock, std::vector<std::unique_ptr<Job>>& jobs,
                       Broken& broken) {
  broken.clear();
  writer.begin();
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    writer.savepoint();
    if (run_job(writer, clock, *jobs[i], i, broken)) {
      writer.release();
    } else {
      writer.rollback_to_savepoint();
    }
  }
}

void run_all(storage::Writer& writer, const Clock& clock, std::vector<std::unique_ptr<Job>>& jobs, Broken& broken) {
  if (run_without_savepoints(writer, clock, jobs, broken)) return;
  writer.rollback();
  run_in_savepoints(writer, clock, jobs, broken);
}

Error unavailable() {
  return {ErrorCode::storage_unavailable, "the store cannot take writes now; try again", Milliseconds{2'000}};
}

GroupOutcome failed(storage::Writer& writer, const storage::StorageFailure& failure) {
  if (writer.in_transaction()) writer.rollback();
  return {unavailable(), failure.kind(), failure.what(), 0, false, false};
}

}  // namespace

GroupOutcome run_group(storage::Writer& writer, const Clock& clock, std::vector<std::unique_ptr<Job>>& jobs,
                       Broken& broken) {
  try {
    const auto before = writer.changes();
    try {
      run_all(writer, clock, jobs, broken);
    } catch (const storage::StorageFailure& failure) {
      // After a failed fsync a second one that succeeds proves nothing.
      if (failure.kind() != storage::FailureKind::unavailable) throw;
      // A full disk ends the whole transaction; one clean second try tells a passing fault from a lasting one.
      if (writer.in_transaction()) writer.rollback();
      run_all(writer, clock, jobs, broken);
    }
    const auto head = writer.tables().events().head();
    writer.commit();
    return {std::nullopt, std::nullopt, {}, head, writer.waiting_work_changed(), writer.changes() != before};
  } catch (const storage::StorageFailure& failure) {
    return failed(writer, failure);
  }
}

}  // namespace inboxd::command_bus
